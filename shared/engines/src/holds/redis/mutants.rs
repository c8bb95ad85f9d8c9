//! What the mutants of the hold store do to its scripts; nothing in an ordinary build. A guard that is not found in a script
//! is not taken out of it, and so its mutant is not caught: see [`crate::mutant`].

use std::borrow::Cow;

/// A script as it is run.
#[cfg(not(feature = "mutants"))]
pub(super) const fn altered(script: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(script)
}

#[cfg(feature = "mutants")]
pub(super) use altering::counted_before;

/// A script as it is run.
#[cfg(feature = "mutants")]
pub(super) fn altered(script: &str) -> Cow<'static, str> {
    Cow::Owned(altering::altered(script))
}

#[cfg(feature = "mutants")]
mod altering {
    use frontrow_domain::holds::{Command, Outcome, Refusal};
    use frontrow_domain::ids::EventId;

    use crate::holds::redis::RedisHolds;
    use crate::holds::{Answer, HoldStoreError, Holds as _};
    use crate::mutant::{self, Mutant};

    /// Each with a guard, and what stands there instead.
    const ALTERATIONS: [(Mutant, &str, &str); 6] = [
        (
            Mutant::ForeignRelease,
            "if seat and seat.kind == 'h' and seat.owner == user then\n    freed",
            "if seat then\n    freed",
        ),
        (
            Mutant::HalfAGroup,
            "if #taken > 0 then return answer('taken', taken) end",
            "if #taken > 0 then
               if #fresh > 0 then grant(user, ttl, redis.call('ZCARD', BUYER .. ':' .. user), fresh, mine) end
               return answer('taken', taken)
             end",
        ),
        (Mutant::LimitCountedBefore, "return has, has + fresh > limit", "return has, false"),
        (Mutant::LimitLeftToTheOther, "return has, has + fresh > limit", "return has, false"),
        (Mutant::OldGateBelieved, "if run ~= RUN then return nil end", ""),
        (Mutant::OldNewsSettle, "if known_version(ARGV[i]) < tonumber(ARGV[i + 1]) then", "if true then"),
    ];

    pub(in crate::holds::redis) fn altered(script: &str) -> String {
        let on = ALTERATIONS.iter().filter(|(mutant, ..)| mutant::is(*mutant));
        on.fold(script.to_owned(), |script, (_, guard, instead)| script.replace(guard, instead))
    }

    /// [`Mutant::LimitCountedBefore`]: the refusal of a hold command that would be above the limit as it is now.
    pub(in crate::holds::redis) async fn counted_before(
        store: &RedisHolds,
        event: EventId,
        command: &Command,
    ) -> Result<Option<Answer>, HoldStoreError> {
        let Command::Hold { user, seats, limit, .. } = command else { return Ok(None) };
        if !mutant::is(Mutant::LimitCountedBefore) {
            return Ok(None);
        }
        let read = store.read_buyer(event, *user).await?;
        let fresh = seats.iter().filter(|&seat| read.seats.iter().all(|(known, _)| known != seat)).count();
        let has = u32::try_from(read.seats.len()).unwrap_or(u32::MAX);
        let is_too_many = read.seats.len() + fresh > *limit as usize;
        let outcome = Outcome::Refused(Refusal::Limit { has });
        Ok(is_too_many.then_some(Answer { at_ms: read.at_ms, outcome }))
    }
}
