//! Traps that wait for a position in the bytes of a link: after so many of them, or after words that pass by.
//!
//! A trap strikes once, and the whole link has one at a time: so the history can say exactly what was broken.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::faults::Direction;

/// No text that we speak contains this byte: neither a header, nor JSON, nor UTF-8 anywhere. What is broken with it must be
/// refused by whoever reads it; it can never become another valid request.
const NOISE: u8 = 0xff;
/// Behind these words a connection carries masked frames, where one byte changed could be another letter.
const UPGRADE: &[u8] = b"pgrade: websocket";

/// What happens where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trap {
    /// The connection that carries this byte, counted from now over all connections, is reset after the byte before it.
    ResetAt { direction: Direction, byte: usize },
    /// This byte arrives as [`NOISE`].
    CorruptAt { direction: Direction, byte: usize },
    /// The request in which these words pass by arrives; the connection is reset when the answer comes.
    LoseReplyTo { words: &'static str },
}

/// The trap of a link.
#[derive(Default)]
pub(crate) struct Snare {
    trap: Mutex<Option<Trap>>,
    struck: AtomicBool,
}

/// What the two directions of one connection know of each other.
pub(super) struct Passage {
    snare: Arc<Snare>,
    /// The next byte of the answer ends it.
    reply_is_lost: AtomicBool,
    upgraded: AtomicBool,
}

impl Snare {
    /// Puts a trap in the place of the one before; says whether that one struck.
    pub(super) fn lay(&self, trap: Option<Trap>) -> bool {
        *self.trap() = trap;
        self.struck.swap(false, Ordering::SeqCst)
    }

    fn trap(&self) -> MutexGuard<'_, Option<Trap>> {
        self.trap.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn strike(&self, trap: &mut Option<Trap>) {
        *trap = None;
        self.struck.store(true, Ordering::SeqCst);
    }
}

impl Passage {
    pub(super) fn new(snare: Arc<Snare>) -> Self {
        Self { snare, reply_is_lost: AtomicBool::new(false), upgraded: AtomicBool::new(false) }
    }

    /// Sees every byte before it goes on. Says after how many of these the connection is to be reset, if it is.
    pub(super) fn look(&self, direction: Direction, bytes: &mut [u8]) -> Option<usize> {
        if direction == Direction::Up && contains(bytes, UPGRADE) {
            self.upgraded.store(true, Ordering::SeqCst);
        }
        if direction == Direction::Down && self.reply_is_lost.load(Ordering::SeqCst) {
            return Some(0);
        }
        let mut laid = self.snare.trap();
        match laid.as_mut()? {
            Trap::ResetAt { direction: way, byte } if *way == direction => {
                let at = position(byte, bytes.len())?;
                self.snare.strike(&mut laid);
                Some(at)
            }
            Trap::CorruptAt { direction: way, byte } if *way == direction && self.may_be_corrupted(direction) => {
                let at = position(byte, bytes.len())?;
                bytes[at] = NOISE;
                self.snare.strike(&mut laid);
                None
            }
            Trap::LoseReplyTo { words } if direction == Direction::Up && contains(bytes, words.as_bytes()) => {
                self.reply_is_lost.store(true, Ordering::SeqCst);
                self.snare.strike(&mut laid);
                None
            }
            Trap::ResetAt { .. } | Trap::CorruptAt { .. } | Trap::LoseReplyTo { .. } => None,
        }
    }

    fn may_be_corrupted(&self, direction: Direction) -> bool {
        direction == Direction::Down || !self.upgraded.load(Ordering::SeqCst)
    }
}

/// Where the awaited byte is among the next ones; if it is behind them, they are counted off.
fn position(byte: &mut usize, passing: usize) -> Option<usize> {
    if *byte < passing {
        return Some(*byte);
    }
    *byte -= passing;
    None
}

/// Words that are cut in two by the end of a chunk are missed: the trap then waits for the next ones.
fn contains(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}
