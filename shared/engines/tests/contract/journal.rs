//! What every ledger must do with the journal of an event. What its lines tell: `sales.rs`.

use frontrow_domain::journal::{Action, Entry};
use frontrow_engines::ledger::Ledger;

use crate::selling::{entry, entry_of, on_sale, order};
use crate::support::{mongo, new_user_id, sqlite};

crate::contract!(
    [on_mongo: super::mongo, on_sqlite: super::sqlite],
    [the_journal_says_who_did_what_and_why, the_journal_is_paged_newest_first]
);

async fn the_journal_says_who_did_what_and_why(ledger: &impl Ledger) {
    let (event, other) = (on_sale(ledger, 3).await, on_sale(ledger, 1).await);
    let order = order(event, new_user_id(), &[0, 2], 1);
    let mut entries: Vec<_> = Action::ALL.into_iter().map(|action| entry_of(action, &order)).collect();
    entries[0].reason = Some("asked for by $phone, \"urgent\"".into());
    entries[1] = Entry { by: None, order_id: None, seats: Vec::new(), ..entries[1].clone() };
    for entry in &entries {
        ledger.note(event, entry).await.expect("answers");
    }
    ledger.note(other, &entry(Action::HoldsReleased, &[0])).await.expect("answers");
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    assert_eq!(ledger.journal(event, None, 100).await.expect("answers"), entries);
    assert_eq!(ledger.journal(other, None, 100).await.expect("answers").len(), 1);
    assert_eq!(ledger.lag().await.expect("answers").rows, 4, "a note is nothing that others have to follow");
}

async fn the_journal_is_paged_newest_first(ledger: &impl Ledger) {
    let event = on_sale(ledger, 1).await;
    let entries: Vec<_> = (0..8).map(|_| entry(Action::HoldsReleased, &[0])).collect();
    for entry in &entries {
        ledger.note(event, entry).await.expect("answers");
    }
    let mut newest_first: Vec<_> = entries.iter().map(|entry| entry.id).collect();
    newest_first.sort_unstable_by(|one, two| two.cmp(one));
    let (mut pages, mut before) = (Vec::new(), None);
    loop {
        let page = ledger.journal(event, before, 3).await.expect("answers");
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        pages.extend(page.into_iter().map(|entry| entry.id));
    }
    assert_eq!(pages, newest_first);
}
