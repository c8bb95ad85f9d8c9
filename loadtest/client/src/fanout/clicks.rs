//! What sets a broadcast going: a message to a yardstick, or a buyer who takes seats into the cart and gives them back. Must
//! never send what changes nothing: it would be waited for in vain.

use std::time::Instant;

use anyhow::Result;
use serde_json::json;

use super::binary::Change;
use super::crowd::Crowd;
use super::tally::Tally;

/// Who clicks.
pub(crate) enum Clicks {
    /// The first socket of a yardstick asks for a broadcast of so many bytes.
    Go { bytes: usize },
    /// Buyers of Frontrow, in turns.
    Buyers(Vec<Buyer>, usize),
}

/// A seat's ordinal and name.
pub(crate) type Seat = (u32, String);

/// What a yardstick's broadcast counts as: the one seat that it has changes.
pub(super) const GO: Change = (0, 1);
const AVAILABLE: u8 = 0;
const HELD: u8 = 1;

/// A signed-in socket and the seats that it takes and gives back, so many with each command.
pub(crate) struct Buyer {
    socket: usize,
    room: usize,
    /// Each is what one command names.
    batches: Vec<Vec<Seat>>,
    commands: usize,
}

impl Clicks {
    pub(crate) fn of_buyers(buyers: Vec<Buyer>) -> Self {
        Self::Buyers(buyers, 0)
    }

    /// The next click.
    pub(crate) fn click(&mut self, crowd: &mut Crowd, tally: &mut Tally) -> Result<()> {
        match self {
            Self::Go { bytes } => {
                tally.clicked(0, Instant::now(), GO);
                crowd.send(0, &format!("go {bytes}"))
            }
            Self::Buyers(buyers, next) => {
                let turn = *next % buyers.len();
                *next += 1;
                let buyer = &mut buyers[turn];
                let command = buyer.command();
                buyer.send(&command, crowd, tally)
            }
        }
    }

    /// Gives everything back, so that the next measurement finds the seats free.
    pub(crate) fn give_back(&mut self, crowd: &mut Crowd, tally: &mut Tally) -> Result<()> {
        let Self::Buyers(buyers, _) = self else { return Ok(()) };
        for buyer in buyers {
            while !buyer.has_nothing() {
                let command = buyer.give_back();
                buyer.send(&command, crowd, tally)?;
            }
        }
        Ok(())
    }
}

/// Seats, and the state that they are going to be in.
#[derive(Debug, PartialEq, Eq)]
struct Command {
    state: u8,
    seats: Vec<Seat>,
}

impl Buyer {
    pub(crate) fn new(socket: usize, room: usize, batches: Vec<Vec<Seat>>) -> Self {
        Self { socket, room, batches, commands: 0 }
    }

    pub(crate) fn socket(&self) -> usize {
        self.socket
    }

    fn send(&self, command: &Command, crowd: &mut Crowd, tally: &mut Tally) -> Result<()> {
        let kind = if command.state == HELD { "hold" } else { "release" };
        let names: Vec<_> = command.seats.iter().map(|(_, name)| name).collect();
        let text = json!({"type": kind, "seats": names}).to_string();
        let at = Instant::now();
        command.seats.iter().for_each(|(ordinal, _)| tally.clicked(self.room, at, (*ordinal, command.state)));
        crowd.send(self.socket, &text)
    }

    /// Takes every batch in turn, then gives every batch back in turn: each seat rests in between, so that no tick of the
    /// server sees it change and change back.
    fn command(&mut self) -> Command {
        let (round, batch) = (self.commands / self.batches.len(), self.commands % self.batches.len());
        self.commands += 1;
        let state = if round.is_multiple_of(2) { HELD } else { AVAILABLE };
        Command { state, seats: self.batches[batch].clone() }
    }

    fn has_nothing(&self) -> bool {
        self.commands.is_multiple_of(2 * self.batches.len())
    }

    /// What is held goes back; what was going to be taken next is passed over.
    fn give_back(&mut self) -> Command {
        let all = self.batches.len();
        let at = self.commands % (2 * all);
        // Taken so far: the first ones of the round, or in a round of giving back the last ones.
        let held = if at < all { 0..at } else { at - all..all };
        self.commands = 0;
        Command { state: AVAILABLE, seats: self.batches[held].concat() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(ordinals: &[u32]) -> Vec<Seat> {
        ordinals.iter().map(|ordinal| (*ordinal, format!("A-{ordinal}"))).collect()
    }

    fn buyer() -> Buyer {
        Buyer::new(0, 0, vec![seats(&[1]), seats(&[2, 3])])
    }

    #[test]
    fn seats_are_taken_and_given_back_in_turn() {
        let mut buyer = buyer();
        let commands: Vec<_> = (0..5).map(|_| buyer.command()).collect();
        assert_eq!(commands[0], Command { state: HELD, seats: seats(&[1]) });
        assert_eq!(commands[1], Command { state: HELD, seats: seats(&[2, 3]) });
        assert_eq!(commands[2], Command { state: AVAILABLE, seats: seats(&[1]) });
        assert_eq!(commands[4], commands[0]);
    }

    #[test]
    fn what_is_still_held_goes_back_at_the_end() {
        let mut buyer = buyer();
        assert!(buyer.has_nothing());
        for _ in 0..3 {
            buyer.command();
        }
        assert_eq!(buyer.give_back(), Command { state: AVAILABLE, seats: seats(&[2, 3]) });
        assert!(buyer.has_nothing());
        buyer.command();
        assert_eq!(buyer.give_back(), Command { state: AVAILABLE, seats: seats(&[1]) });
    }
}
