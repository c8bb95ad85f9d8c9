//! From a plan to an event on sale, and what people see of it.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Engine, TestStack, new_event};

crate::journeys!([
    a_real_hall_goes_on_sale_and_is_browsed,
    an_answer_that_did_not_change_is_not_sent_again,
    large_answers_are_compressed,
    a_draft_is_its_organizers_until_it_goes_on_sale,
    closing_an_event_refuses_holds_on_every_server_and_tells_the_sockets,
    every_problem_of_a_plan_is_named_with_its_path,
    rules_are_checked_one_by_one,
    events_are_listed_page_by_page,
]);

const HALL: &str = include_str!("../../../../shared/plans/riethsporthalle.json");

async fn a_real_hall_goes_on_sale_and_is_browsed(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let hall: Value = serde_json::from_str(HALL).unwrap();
    let prices: Value = hall["categories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|category| (category["name"].as_str().unwrap().to_owned(), json!(5000)))
        .collect();
    let id = cluster
        .event(0, |wish| {
            wish["plan"] = hall;
            wish["prices"] = prices;
        })
        .await;
    let stranger = cluster.anonymous(0);
    let event = stranger.get(&format!("events/{id}")).await.body;
    assert_eq!(event["status"], "on_sale");
    assert_eq!(event["counts"], json!({"available": 1252, "held": 0, "sold": 0, "blocked": 0}));
    assert_eq!(event["generation"], json!({"done": 1252, "total": 1252}));
    assert_eq!(
        cluster.engines.ledger.count_seats(id.parse().unwrap()).await.unwrap(),
        1252,
        "every seat is in the ledger"
    );

    let plan = stranger.get(&format!("events/{id}/plan")).await;
    assert_eq!(plan.body["seats"].as_array().unwrap().len(), 1252);
    assert!(plan.header("cache-control").contains("immutable"));
    let tag = plan.header("etag").to_owned();
    let again =
        stranger.request(reqwest::Method::GET, &format!("events/{id}/plan"), None, &[("If-None-Match", &tag)]).await;
    assert_eq!((again.status, again.bytes.len()), (304, 0));

    let sections = stranger.get(&format!("events/{id}/sections")).await.body;
    assert_eq!(sections["items"].as_array().unwrap().len(), 6);
    assert_eq!(sections["items"][0], json!({"id": "D", "name": "Block D", "total": 198, "available": 198}));
    let buyer = cluster.buyer(0).await;
    assert_eq!(buyer.hold(&id, &["D-14-1"]).await.status, 201);
    let mut socket = cluster.socket(0, &id).await;
    let ordinal = plan.body["seats"].as_array().unwrap().iter().position(|seat| seat["seat"] == "D-14-1").unwrap();
    socket.wait_for_seat(ordinal, 1).await;
    let seats = stranger.get(&format!("events/{id}/sections/D/seats")).await.body;
    let seat = seats["items"].as_array().unwrap().iter().find(|seat| seat["seat"] == "D-14-1").unwrap();
    assert_eq!(
        *seat,
        json!({"seat": "D-14-1", "row": "14", "number": "1", "category": "Kategorie II", "state": "held"})
    );
    let categories = stranger.get(&format!("events/{id}/categories")).await.body;
    let second =
        categories["items"].as_array().unwrap().iter().find(|category| category["id"] == "Kategorie II").unwrap();
    assert_eq!(second["price"], json!({"amount": 5000, "currency": "EUR"}));
    assert_eq!(second["available"], second["total"].as_u64().unwrap() - 1);
    assert_eq!(stranger.get(&format!("events/{id}/sections/Z/seats")).await.status, 404);
}

async fn an_answer_that_did_not_change_is_not_sent_again(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let id = cluster.event(3, |_| {}).await;
    let stranger = cluster.anonymous(0);
    let first = stranger.get(&format!("events/{id}/state")).await;
    let tag = first.header("etag").to_owned();
    let same =
        stranger.request(reqwest::Method::GET, &format!("events/{id}/state"), None, &[("If-None-Match", &tag)]).await;
    assert_eq!(same.status, 304);
    assert_eq!(cluster.buyer(0).await.hold(&id, &["A-1"]).await.status, 201);
    cluster.socket(0, &id).await.wait_for_seat(0, 1).await;
    let changed =
        stranger.request(reqwest::Method::GET, &format!("events/{id}/state"), None, &[("If-None-Match", &tag)]).await;
    assert_eq!((changed.status, changed.body["seats"].as_u64()), (200, Some(3)));
}

async fn large_answers_are_compressed(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let id = cluster.event(300, |_| {}).await;
    let url = format!("{}/api/v1/events/{id}/plan", cluster.anonymous(0).base);
    let raw = reqwest::Client::builder().no_gzip().build().unwrap();
    let answer = raw.get(url).header("Accept-Encoding", "gzip").send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    assert!(answer.bytes().await.unwrap().len() < 8_000);
}

async fn a_draft_is_its_organizers_until_it_goes_on_sale(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let (organizer, other, buyer) = (cluster.organizer(0).await, cluster.organizer(0).await, cluster.buyer(0).await);
    let created = organizer.post_with_key("events", new_event(3), "k").await;
    let id = created.body["id"].as_str().unwrap().to_owned();
    assert_eq!(created.header("location"), format!("/api/v1/events/{id}"));
    organizer.wait_for_event(&id, |event| event["status"] == "draft").await;

    for stranger in [&other, &buyer, &cluster.anonymous(0)] {
        for path in ["", "/plan", "/state", "/sections", "/categories"] {
            assert_eq!(stranger.get(&format!("events/{id}{path}")).await.status, 404, "{path}");
        }
    }
    assert_eq!(buyer.hold(&id, &["A-1"]).await.status, 404);
    assert_eq!(organizer.hold(&id, &["A-1"]).await.code(), "not_on_sale");
    assert_eq!(other.patch(&format!("events/{id}"), json!({"status": "on_sale"})).await.status, 404, "somebody else's");
    assert_eq!(buyer.patch(&format!("events/{id}"), json!({"status": "on_sale"})).await.status, 403);
    assert!(cluster.anonymous(0).get("events").await.body["items"].as_array().unwrap().is_empty());
    assert_eq!(organizer.get("events?mine=true").await.body["items"][0]["id"], id.as_str());

    let opened = organizer.patch(&format!("events/{id}"), json!({"status": "on_sale", "name": "Grand final"})).await;
    assert_eq!((opened.status, &opened.body["name"]), (200, &json!("Grand final")));
    assert_eq!(buyer.hold(&id, &["A-1"]).await.status, 201);
    let illegal = organizer.patch(&format!("events/{id}"), json!({"status": "draft"})).await;
    assert_eq!((illegal.status, illegal.code()), (409, "illegal_status"));
}

async fn closing_an_event_refuses_holds_on_every_server_and_tells_the_sockets(engine: Engine) {
    let cluster = TestStack::start(engine, 2).await;
    let id = cluster.event(3, |_| {}).await;
    let buyer = cluster.buyer(1).await;
    assert_eq!(buyer.hold(&id, &["A-1"]).await.status, 201);
    let mut socket = cluster.socket(1, &id).await;
    let closed = cluster.admin(0).await.patch(&format!("events/{id}"), json!({"status": "closed"})).await;
    assert_eq!(closed.status, 200);
    // The gate is closed before the answer, whatever the other server still has in its cache.
    let refused = buyer.hold(&id, &["A-2"]).await;
    assert_eq!((refused.status, refused.code()), (409, "not_on_sale"));
    assert_eq!(socket.wait_for("event").await["status"], "closed");
    assert_eq!(buyer.release(&id, &["A-1"]).await.status, 204, "giving back is always possible");
}

async fn every_problem_of_a_plan_is_named_with_its_path(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let admin = cluster.admin(0).await;
    let mut wish = new_event(2);
    wish["plan"]["zones"][0]["rows"][0]["seats"][1]["seat_guid"] = json!("A-1");
    wish["plan"]["zones"][0]["rows"][0]["seats"][0]["position"] = json!({"x": "left", "y": 0});
    let refused = admin.post_with_key("events", wish, "k1").await;
    assert_eq!((refused.status, refused.code()), (422, "invalid_plan"));
    assert_eq!(refused.body["errors"][0]["path"], "$.plan.zones[0].rows[0].seats[0].position.x");

    let mut wish = new_event(2);
    wish["prices"] = json!({"Balcony": 1});
    let errors = admin.post_with_key("events", wish, "k2").await.body["errors"].clone();
    let paths: Vec<_> =
        errors.as_array().unwrap().iter().map(|error| error["path"].as_str().unwrap().to_owned()).collect();
    assert_eq!(paths, ["$.prices[\"Stalls\"]", "$.prices[\"Balcony\"]"]);
    assert!(admin.get("events?mine=1").await.body["items"].as_array().unwrap().is_empty(), "nothing was created");
}

async fn rules_are_checked_one_by_one(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let admin = cluster.admin(0).await;
    for (field, value) in [
        ("name", json!("")),
        ("currency", json!("euro")),
        ("hold_ttl_s", json!(1)),
        ("hold_ttl_s", json!(7201)),
        ("payment_window_s", json!(9)),
        ("max_seats_per_user", json!(51)),
        ("timezone", json!("Mars/Olympus")),
        ("ends_at", json!("2020-01-01T00:00:00Z")),
        ("starts_at", json!("tomorrow")),
        ("prices", json!([1])),
    ] {
        let mut wish = new_event(2);
        wish[field] = value.clone();
        let refused = admin.post_with_key("events", wish, &Uuid::new_v4().to_string()).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid_field"), "{field} = {value}: {refused:?}");
    }
}

async fn events_are_listed_page_by_page(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    for n in 0..3 {
        cluster.event(1, |wish| wish["name"] = json!(format!("Night {n}"))).await;
    }
    let stranger = cluster.anonymous(0);
    let first = stranger.get("events?limit=2&sort=name").await.body;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = stranger.get(&format!("events?limit=2&sort=name&cursor={cursor}")).await.body;
    assert_eq!((&second["items"][0]["name"], &second["next_cursor"]), (&json!("Night 2"), &Value::Null));
    assert_eq!(stranger.get("events?q=night%201").await.body["items"][0]["name"], "Night 1");
    for bad in ["limit=0", "limit=x", "sort=price", "status=sold_out", "from=yesterday", "cursor=x", "mine=perhaps"] {
        assert_eq!(stranger.get(&format!("events?{bad}")).await.status, 400, "{bad}");
    }
    assert_eq!(stranger.get("events?mine=true").await.status, 401);
}
