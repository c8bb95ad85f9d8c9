//! Every mutant with the place of its fault and its checkers; the first is the intended one. What the faults are is said in
//! `shared/engines/src/mutant.rs`. A mutant without a checker proves nothing, so there is none.
//! A test comes with words of the assertion that is about the fault: a test that fails elsewhere has not found it.

use anyhow::{Result, bail};

use super::{
    chaos::Chaos,
    checker::{Checker, Test},
};

/// A fault that can be switched on.
pub(super) struct Mutant {
    /// As in `FRONTROW_MUTANT`.
    pub(super) name: &'static str,
    /// Where the fault is, as a reader of ARCHITECTURE.md finds it.
    pub(super) place: &'static str,
    /// The intended one, and others that have to find it too.
    pub(super) checkers: &'static [Checker],
}

/// Of the ports, on the real servers.
const fn contract(name: &'static str, says: &'static str) -> Checker {
    Checker::Test(Test { folder: "shared/engines", binary: "contract", name, says })
}

const fn relay(name: &'static str, says: &'static str) -> Checker {
    Checker::Test(Test { folder: "relay", binary: "it", name, says })
}

const fn server(name: &'static str, says: &'static str) -> Checker {
    Checker::Test(Test { folder: "server", binary: "it", name, says })
}

/// Beside the server's code.
const fn unit(name: &'static str, says: &'static str) -> Checker {
    Checker::Test(Test { folder: "server", binary: "frontrow_server", name, says })
}

/// Checkers of the chaos run, under these nemeses.
const fn chaos(checkers: &'static [&'static str], faults: &'static str) -> Checker {
    Checker::Chaos(Chaos { checkers, faults, failpoints: "none", seconds: 60 })
}

const fn mutant(name: &'static str, place: &'static str, checkers: &'static [Checker]) -> Mutant {
    Mutant { name, place, checkers }
}

/// In the order of the enum.
pub(super) const ALL: &[Mutant] = &[
    mutant(
        "stale_fence_claims",
        "ledger/mongo/seats.rs",
        &[contract("sales::on_mongo::a_stale_fence_claims_nothing", "right: Err(Lost([Ordinal(0)]))")],
    ),
    mutant(
        "seats_without_state",
        "ledger/mongo/seats.rs",
        &[contract("sales::on_mongo::i1_of_many_orders_exactly_one_claims_the_seat", "one of them")],
    ),
    mutant(
        "no_guard_left",
        "ledger/mongo/indexes.rs",
        &[
            chaos(&["one_owner"], "empty_redis"),
            contract("sales::on_mongo::a_seat_has_one_ticket", "the last line against selling twice"),
        ],
    ),
    mutant(
        "order_version_ignored",
        "ledger/mongo/orders.rs",
        &[contract("sales::on_mongo::a_change_of_an_old_version_changes_nothing", "right: Err(Changed)")],
    ),
    mutant(
        "closed_event_sells",
        "ledger/mongo/sales.rs",
        &[contract("sales::on_mongo::nothing_is_sold_when_the_event_is_closed", "right: Err(NotOnSale)")],
    ),
    mutant(
        "outbox_after_commit",
        "ledger/mongo/journal.rs",
        &[contract("sales::on_mongo::a_sale_writes_everything_that_belongs_to_it", "right: [SeatsClaimed(")],
    ),
    mutant(
        "answer_before_the_effect",
        "ledger/mongo/sales.rs",
        &[
            chaos(&["acknowledged"], "step_down,kill_mongo,kill_server"),
            contract(
                "sales::on_mongo::the_answer_is_stored_exactly_with_its_effect",
                "nothing happened, so nothing is answered yet",
            ),
        ],
    ),
    mutant(
        "check_in_reads_then_writes",
        "ledger/mongo/tickets.rs",
        &[
            chaos(&["tickets"], "none"),
            contract("tickets::on_mongo::of_many_scanners_one_admits", "one of twenty doors"),
        ],
    ),
    mutant(
        "reused_refresh_token_works",
        "ledger/mongo/logins.rs",
        &[contract("accounts::on_mongo::a_stolen_refresh_token_ends_its_login", "right: Reused")],
    ),
    mutant(
        "foreign_release",
        "redis/scripts/release.lua",
        &[contract("hold_book::on_redis::every_command_has_the_outcome_of_the_book", "Test failed: assertion failed")],
    ),
    mutant(
        "half_a_group",
        "redis/scripts/hold.lua",
        &[contract("holds::on_redis::i2_a_group_is_held_as_a_whole_or_not_at_all", "and nothing else was kept")],
    ),
    mutant(
        "limit_counted_before",
        "redis/scripts/hold.lua",
        &[contract(
            "holds::on_redis::i2_parallel_commands_of_one_buyer_never_exceed_the_limit",
            "of twenty at the same time",
        )],
    ),
    mutant(
        "limit_left_to_the_other",
        "ledger/mongo/seats.rs",
        &[
            chaos(&["limits"], "none"),
            contract("sales::on_mongo::i2_the_seat_limit_holds_in_the_ledger", "right: Err(Limit)"),
        ],
    ),
    mutant(
        "old_gate_believed",
        "redis/scripts/prelude.lua",
        &[contract(
            "holds::alone::on_redis::d13_a_gate_of_another_run_counts_as_missing",
            "right: Refused(Recovering)",
        )],
    ),
    mutant(
        "old_news_settle",
        "redis/scripts/settle.lua",
        &[contract("hold_book::on_redis::every_command_has_the_outcome_of_the_book", "Test failed: assertion failed")],
    ),
    mutant(
        "no_new_epoch",
        "server/gatekeeper.rs",
        &[server(
            "on_cluster::faults::d13_a_hold_store_that_lost_an_event_is_rebuilt_from_the_ledger",
            "whoever lost a hold is told",
        )],
    ),
    mutant(
        "rebuilt_empty",
        "server/gatekeeper.rs",
        &[server(
            "on_cluster::faults::d13_a_hold_store_that_lost_an_event_is_rebuilt_from_the_ledger",
            "right: [0, 1, 0, 0, 0, 3]",
        )],
    ),
    mutant(
        "marked_before_acknowledged",
        "relay/carrier.rs",
        &[relay("on_cluster::d7_killed_between_the_log_and_the_mark", "as if it had not been carried")],
    ),
    mutant(
        "committed_before_the_effect",
        "relay/generator.rs",
        &[relay(
            "on_cluster::i6_a_relay_killed_in_the_middle_leaves_exactly_one_complete_inventory",
            "after 1 kills the generation goes on: not in time",
        )],
    ),
    mutant(
        "unknown_commit_pays_back",
        "checkout/pay.rs",
        &[chaos(&["money"], "step_down,kill_mongo,pause_mongo,latency,cut,half_open")],
    ),
    mutant(
        "late_capture_kept",
        "checkout/advance.rs",
        &[
            chaos(&["money"], "none"),
            server(
                "journeys::checkout::on_cluster::i5_what_is_captured_after_the_deadline_buys_the_seats_or_comes_back",
                r#""status":"captured""#,
            ),
        ],
    ),
    mutant(
        "notice_forgotten",
        "checkout/advance.rs",
        &[server(
            "journeys::notices::on_cluster::i5_a_notice_that_cannot_be_asked_about_is_not_forgotten",
            "the money is given back: Elapsed",
        )],
    ),
    mutant(
        "refunded_before_asking",
        "checkout/advance.rs",
        &[server("kills::on_cluster::i5_killed_before_the_money_is_given_back", "the money is given back, once")],
    ),
    mutant(
        "unsigned_notice",
        "payments/http.rs",
        &[server(
            "journeys::notices::embedded::a_notice_that_is_not_signed_by_the_provider_is_not_believed",
            r#"right: (401, "bad_signature")"#,
        )],
    ),
    mutant(
        "follows_without_catching_up",
        "rooms/room.rs",
        &[unit(
            "rooms::following_tests::whoever_reads_slowly_gets_whole_frames_and_is_right_in_the_end",
            "exactly at this state",
        )],
    ),
    mutant(
        "skipped_delta",
        "rooms/room.rs",
        &[
            chaos(&["convergence", "seat_versions"], "none"),
            unit(
                "rooms::following_tests::whoever_reads_slowly_gets_whole_frames_and_is_right_in_the_end",
                "exactly at this state",
            ),
        ],
    ),
    mutant(
        "hints_only",
        "rooms/watch.rs",
        &[server("on_cluster::rooms::d3_what_no_hint_told_is_found_by_the_catch_up", "seat 1 is not 1 in time")],
    ),
    mutant(
        "expiry_by_ttl_only",
        "rooms/watch.rs",
        &[server("journeys::holds::on_cluster::i7_a_hold_ends_for_everybody_at_its_deadline", "after the deadline")],
    ),
    mutant(
        "origin_by_suffix",
        "sockets/upgrade.rs",
        &[server(
            "journeys::sockets::embedded::c_foreign_origins_and_invisible_events_are_refused_before_the_upgrade",
            "right: 403",
        )],
    ),
];

/// Those of these names; all of them if none is named.
pub(super) fn named(names: &[String]) -> Result<Vec<&'static Mutant>> {
    if let Some(unknown) = names.iter().find(|name| ALL.iter().all(|mutant| mutant.name != **name)) {
        let known: Vec<_> = ALL.iter().map(|mutant| mutant.name).collect();
        bail!("there is no mutant {unknown}; there are {}", known.join(", "));
    }
    Ok(ALL.iter().filter(|mutant| names.is_empty() || names.iter().any(|name| name == mutant.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The code and this table must speak of the same mutants, or some would never be tried.
    #[test]
    fn every_mutant_of_the_code_has_a_checker() {
        let code = include_str!("../../../shared/engines/src/mutant.rs");
        let (_, list) = code.split_once("mutants! {").unwrap();
        let (list, _) = list.split_once("\n}").unwrap();
        let names: Vec<_> = list.split('"').skip(1).step_by(2).collect();
        let known: Vec<_> = ALL.iter().map(|mutant| mutant.name).collect();
        assert_eq!(names, known);
        assert!(ALL.iter().all(|mutant| !mutant.checkers.is_empty()));
    }

    #[test]
    fn mutants_are_found_by_name_and_unknown_ones_are_refused() {
        assert_eq!(named(&[]).unwrap().len(), ALL.len());
        assert_eq!(named(&["hints_only".into()]).unwrap()[0].name, "hints_only");
        assert!(named(&["hints".into()]).is_err());
    }
}
