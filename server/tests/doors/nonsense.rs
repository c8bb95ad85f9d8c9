//! Seeded nonsense in volume, over sockets: commands that are nearly right, and frames that are nearly frames. Every one that is
//! a message has a reply; every one that is none ends its socket; no state changes.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::assert_healthy;
use crate::wire::{BINARY, Heard, TEXT, Wire, frame};

/// What one socket gets before it has to show that it still answers.
const BATCH: usize = 250;

pub(crate) fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_frames_are_refused_one_by_one_and_change_nothing() {
    let stack = crate::stack(|settings| {
        settings.limits.socket_commands_per_s = 1_000_000_000;
        settings.limits.socket_commands_burst = 1_000_000_000;
    })
    .await;
    let event = stack.event(4, |_| {}).await;
    let (frames, seed) = (number("FRONTROW_DOORS_FRAMES", 20_000), number("FRONTROW_DOORS_SEED", 1));
    let (mut rng, began) = (StdRng::seed_from_u64(seed), Instant::now());
    let (mut refused, mut ended, mut slowest) = (0, 0, Duration::ZERO);
    let mut wire = Wire::upgraded(&stack.address(0), &event).await;
    while refused + ended < frames {
        let messages: Vec<u8> = (0..BATCH).flat_map(|_| bad_message(&mut rng)).collect();
        wire.send(messages).await;
        let asked = Instant::now();
        wire.send(frame(TEXT, br#"{"type":"ping","ref":"all"}"#)).await;
        let refusals = wire.refusals_before("all").await;
        slowest = slowest.max(asked.elapsed());
        assert_eq!(refusals, BATCH, "every one of them is refused; seed {seed}");
        refused += BATCH as u64;
        // Some that end a socket, each its own.
        for _ in 0..10 {
            wire.send(bad_frame(&mut rng)).await;
            let end = wire.closing().await;
            let known = [1002, 1007, 1009, 4429].map(Heard::Closed);
            assert!(known.contains(&end), "{end:?}; seed {seed}");
            ended += 1;
            wire = Wire::upgraded(&stack.address(0), &event).await;
        }
    }
    println!("{refused} messages refused, {ended} sockets ended, in {:?}, seed {seed}", began.elapsed());
    assert!(slowest < Duration::from_secs(10), "a batch took {slowest:?}");
    assert_healthy(&stack, &event).await;
}

/// A whole message that is no command, or one that nobody may give here.
fn bad_message(rng: &mut StdRng) -> Vec<u8> {
    let commands: [Value; 6] = [
        json!({"type": "hold", "ref": 1, "seats": ["A-1"]}),
        json!({"type": "hold", "ref": "x", "seats": ["A-1", "A-2", "A-1"]}),
        json!({"type": "release", "ref": 2, "seats": ["A-1"]}),
        json!({"type": "auth", "ref": 3, "ticket": "not-a-ticket"}),
        json!({"type": "hold", "ref": {"a": [1]}, "seats": {"$gt": ""}}),
        json!({"type": "auth", "ref": null, "ticket": ["x"]}),
    ];
    let text = commands[rng.random_range(0..commands.len())].to_string();
    match rng.random_range(0..6) {
        0 => frame(BINARY, &bytes(rng, 64)),
        1 => frame(TEXT, text.as_bytes()),
        2 => frame(TEXT, &text.as_bytes()[..rng.random_range(0..text.len())]),
        3 => frame(TEXT, "[".repeat(rng.random_range(1..8_000)).as_bytes()),
        4 => frame(TEXT, rng.random::<u64>().to_string().as_bytes()),
        _ => frame(TEXT, scrambled(rng, &text).as_bytes()),
    }
}

/// The same text with some characters changed into others that JSON knows. It never becomes `ping` or `sync`.
fn scrambled(rng: &mut StdRng, text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..rng.random_range(1..4) {
        let at = rng.random_range(0..characters.len());
        characters[at] =
            *['{', '}', '[', ']', '"', ':', ',', '\\', '\u{0}', 'é', '0'].get(rng.random_range(0..11)).unwrap();
    }
    characters.into_iter().collect()
}

/// Bytes that are no frame, or none that is allowed, and enough of them that the server notices.
fn bad_frame(rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = match rng.random_range(0..5) {
        // Reserved bits and opcodes.
        0 => vec![rng.random::<u8>() | 0x10, 0x80],
        1 => vec![0x80 | rng.random_range(3..8), 0x80],
        // Without a mask.
        2 => crate::wire::unmasked(TEXT, &self::bytes(rng, 125)),
        // More than there may be.
        3 => crate::wire::head(TEXT, 0x80, rng.random_range(16 * 1024 + 1..u64::MAX)),
        _ => frame(TEXT, b"\xff\xfe not UTF-8"),
    };
    bytes.extend(self::bytes(rng, 400));
    // A mask is the least that the server waits for.
    bytes.extend([0; 4]);
    bytes
}

fn bytes(rng: &mut StdRng, most: usize) -> Vec<u8> {
    (0..rng.random_range(0..most)).map(|_| rng.random()).collect()
}
