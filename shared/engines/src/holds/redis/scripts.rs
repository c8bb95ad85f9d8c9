//! Turns a command into the invocation of its script.

use frontrow_domain::holds::{Command, Settled, SettledSeat};
use frontrow_domain::ids::{EventId, Ordinal};
use frontrow_domain::seat::Fence;
use redis::{Script, ScriptInvocation};

use super::{mutants, value};

/// Every script starts with the prelude: reading the gate, a seat, the time.
macro_rules! script {
    ($($part:literal),+) => {
        Script::new(&mutants::altered(concat!(
            include_str!("scripts/prelude.lua"),
            $("\n", include_str!(concat!("scripts/", $part, ".lua"))),+
        )))
    };
}

/// One script per verb.
pub(super) struct Scripts {
    hold: Script,
    release: Script,
    extend: Script,
    prolong: Script,
    expire: Script,
    claim: Script,
    unclaim: Script,
    settle: Script,
    mend: Script,
    rebuild: Script,
    set_gate: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        Self {
            hold: script!("hold"),
            release: script!("release"),
            extend: script!("extend"),
            prolong: script!("prolong"),
            expire: script!("expire"),
            claim: script!("claim"),
            unclaim: script!("unclaim"),
            settle: script!("settling", "settle"),
            mend: script!("settling", "mend"),
            rebuild: script!("rebuild"),
            set_gate: script!("set_gate"),
        }
    }

    /// The script of this command with its KEYS and ARGV, as each script's head names them; `run_id` is the server's.
    pub(super) fn invocation(&self, event: EventId, command: &Command, run_id: &str) -> ScriptInvocation<'_> {
        let mut call = self.of(event, command);
        call.arg(run_id);
        call
    }

    /// The script of hold commands, which takes several of one event.
    pub(super) fn holds(&self, event: EventId, commands: &[&Command], run_id: &str) -> ScriptInvocation<'_> {
        let mut call = commands.iter().fold(start(&self.hold, event), |call, command| with_wish(call, command));
        call.arg(run_id);
        call
    }

    fn of(&self, event: EventId, command: &Command) -> ScriptInvocation<'_> {
        match command {
            Command::Hold { .. } => unreachable!("hold commands go together, see `holds`"),
            Command::Release { user, seats } => {
                let mut call = start(&self.release, event);
                call.arg(user.to_string());
                with_seats(call, seats)
            }
            Command::Extend { user, ttl_ms } => {
                let mut call = start(&self.extend, event);
                call.arg(user.to_string()).arg(*ttl_ms).arg(frontrow_domain::holds::LIFETIME_IN_TTLS);
                call
            }
            Command::Prolong { by, seats, ttl_ms } => {
                let mut call = start(&self.prolong, event);
                call.arg(by.to_string()).arg(*ttl_ms).arg(frontrow_domain::holds::LIFETIME_IN_TTLS);
                with_seats(call, seats)
            }
            Command::Expire { seats } => with_seats(start(&self.expire, event), seats),
            Command::Claim { user, seats, ttl_ms } => {
                let mut call = start(&self.claim, event);
                call.arg(user.to_string()).arg(*ttl_ms);
                with_fences(call, seats)
            }
            Command::Unclaim { user, seats, hold_ttl_ms } => {
                let mut call = start(&self.unclaim, event);
                call.arg(user.to_string());
                call.arg(hold_ttl_ms.map_or_else(String::new, |ttl_ms| ttl_ms.to_string()));
                call.arg(frontrow_domain::holds::LIFETIME_IN_TTLS);
                with_fences(call, seats)
            }
            Command::Settle { rebuild_epoch, seats } => {
                let mut call = start(&self.settle, event);
                call.arg(rebuild_epoch.map_or_else(String::new, |epoch| epoch.to_string()));
                seats.iter().fold(call, with_settled)
            }
            Command::Mend { seats } => seats.iter().fold(start(&self.mend, event), |mut call, mending| {
                call.arg(value::format(&mending.seen));
                with_settled(call, &mending.settled)
            }),
            Command::Rebuild { epoch } => {
                let mut call = start(&self.rebuild, event);
                call.arg(*epoch);
                call
            }
            Command::SetGate(gate) => {
                let mut call = start(&self.set_gate, event);
                call.arg(gate.epoch).arg(gate.version).arg(u8::from(gate.open));
                call
            }
        }
    }
}

/// Every script gets the same KEYS, in the order that `prelude.lua` names.
fn start(script: &Script, event: EventId) -> ScriptInvocation<'_> {
    let mut call = script.prepare_invoke();
    for name in ["gate", "changes", "seat", "buyer", "versions", "recovering", "fence"] {
        call.key(format!("{name}:{{{event}}}"));
    }
    call
}

/// Four arguments and the seats: user, TTL, limit, how many seats.
fn with_wish<'a>(mut call: ScriptInvocation<'a>, command: &Command) -> ScriptInvocation<'a> {
    let Command::Hold { user, seats, ttl_ms, limit } = command else { return call };
    call.arg(user.to_string()).arg(*ttl_ms).arg(*limit).arg(seats.len());
    with_seats(call, seats)
}

fn with_seats<'a>(mut call: ScriptInvocation<'a>, seats: &[Ordinal]) -> ScriptInvocation<'a> {
    for seat in seats {
        call.arg(seat.0);
    }
    call
}

fn with_fences<'a>(mut call: ScriptInvocation<'a>, seats: &[(Ordinal, Fence)]) -> ScriptInvocation<'a> {
    for (seat, fence) in seats {
        call.arg(seat.0).arg(fence.epoch).arg(fence.counter);
    }
    call
}

/// Eight arguments a seat: ordinal, version, kind, owner, fence epoch, fence counter, first held, deadline.
fn with_settled<'a>(mut call: ScriptInvocation<'a>, settled: &SettledSeat) -> ScriptInvocation<'a> {
    call.arg(settled.ordinal.0).arg(settled.version);
    match settled.state {
        Settled::Available { last_fence } => {
            call.arg("a").arg("");
            match last_fence {
                Some(fence) => call.arg(fence.epoch).arg(fence.counter),
                None => call.arg("").arg(""),
            };
            call.arg("").arg("");
        }
        Settled::Claimed(lease) => {
            call.arg("c").arg(lease.owner.to_string()).arg(lease.fence.epoch).arg(lease.fence.counter);
            call.arg(lease.first_held_ms).arg(lease.deadline_ms);
        }
        Settled::Sold { owner } => {
            call.arg("s").arg(owner.to_string()).arg("").arg("").arg("").arg("");
        }
        Settled::Blocked => {
            call.arg("b").arg("").arg("").arg("").arg("").arg("");
        }
    }
    call
}
