//! What an operator does: look at dead letters and replay them, from a terminal, while servers run.

use std::time::Duration;

use frontrow_domain::clock::{Clock as _, SystemClock};
use frontrow_domain::event::{Event, EventStatus, Generation};
use frontrow_domain::ids::{EventId, OutboxId, UserId};
use frontrow_engines::ledger::PlanBytes;
use uuid::Uuid;

use crate::support::{Engine, PATIENCE, TestStack, studio};

crate::journeys!([dead_letters_are_listed_and_replayed, keys_are_rotated_from_a_terminal]);

/// An event of a plan that is stored under its hash only if `plan` is that plan.
async fn create(stack: &TestStack, hash: &str, plan: &PlanBytes) -> EventId {
    let event = Event {
        id: EventId(Uuid::now_v7()),
        organizer_id: UserId(Uuid::now_v7()),
        name: "Final".into(),
        description: String::new(),
        genre: None,
        venue: "Studio".into(),
        timezone: "UTC".into(),
        starts_at: SystemClock.now(),
        ends_at: None,
        refundable_until: None,
        status: EventStatus::Generating,
        on_sale_when_generated: true,
        currency: "EUR".parse().unwrap(),
        prices: [("Stalls".to_owned(), 7500)].into(),
        earlier_prices: Vec::new(),
        orphan_rule: frontrow_domain::event::OrphanRule::Off,
        hold_ttl_s: 600,
        payment_window_s: 300,
        max_seats_per_user: 8,
        seats_total: 5,
        plan_hash: hash.to_owned(),
        generation: Generation { done: 0, total: 5, error: None },
        fence_epoch: 0,
        version: 1,
        created_at: SystemClock.now(),
    };
    stack.engines.ledger.create_event(&event, plan, OutboxId(Uuid::now_v7()), None).await.unwrap();
    event.id
}

async fn becomes(stack: &TestStack, event: EventId, status: EventStatus) {
    let reached = async {
        while stack.engines.ledger.event(event).await.unwrap().unwrap().status != status {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, reached).await.unwrap_or_else(|_| panic!("the event does not become {status:?}"));
}

async fn dead_letters_are_listed_and_replayed(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    assert_eq!(stack.admin_command(&["dead-letters", "list"]).await, "0 dead letters\n");
    let plan = PlanBytes::pack(studio(5).to_string().as_bytes()).unwrap();
    let other = PlanBytes::pack(studio(2).to_string().as_bytes()).unwrap();
    let event = create(&stack, plan.hash(), &other).await;
    becomes(&stack, event, EventStatus::Failed).await;
    stack.engines.log.bury(b"\xff", "no JSON").await.unwrap();
    let listed = stack.admin_command(&["dead-letters", "list"]).await;
    assert!(listed.starts_with("2 dead letters\n"), "{listed}");
    assert!(listed.contains(&format!("event.created of event {event}: the seating plan is missing")), "{listed}");
    assert!(listed.contains("1 unreadable bytes: no JSON"), "{listed}");

    // Somebody brings the plan back: now it can be generated.
    create(&stack, plan.hash(), &plan).await;
    let number = listed.lines().find(|line| line.contains("event.created")).unwrap().split_whitespace().next().unwrap();
    assert_eq!(stack.admin_command(&["dead-letters", "replay", number]).await, format!("replayed letter {number}\n"));
    becomes(&stack, event, EventStatus::OnSale).await;
    assert_eq!(stack.engines.ledger.count_seats(event).await.unwrap(), 5);
    // Again, and all of them: no harm is done.
    stack.admin_command(&["dead-letters", "replay", "--all"]).await;
    assert_eq!(stack.engines.ledger.event(event).await.unwrap().unwrap().status, EventStatus::OnSale);
}

async fn keys_are_rotated_from_a_terminal(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let said = stack.admin_command(&["rotate-keys"]).await;
    assert!(said.contains("signs in 60 s"), "{said}");
    assert!(stack.settings.auth.keys_dir.join("access-token-2.pem").is_file());
}
