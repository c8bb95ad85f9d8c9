//! Bodies, names and parameters as attackers write them: refused by the table, or kept as the text that they are.

use serde_json::{Value, json};

use crate::support::shopping::key;
use crate::support::{Engine, PASSWORD, TestStack, new_event};

crate::journeys!([
    operators_of_databases_are_only_text,
    members_that_a_body_has_besides_change_nothing,
    markup_in_names_is_kept_as_text,
    nothing_in_the_file_of_orders_is_a_formula,
    strange_letters_are_refused_or_kept,
    numbers_that_are_none_are_refused,
    json_that_never_ends_is_refused,
]);

async fn operators_of_databases_are_only_text(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(2, |wish| wish["name"] = json!("Final")).await;
    let mut ada = stack.anonymous(0);
    ada.register("ada@example.org").await;
    let admin = stack.admin(0).await;
    let operators = [
        json!({"$gt": ""}),
        json!({"$ne": null}),
        json!({"$regex": ".*"}),
        json!({"$where": "sleep(5000)"}),
        json!([]),
        json!(["ada@example.org"]),
        json!(true),
        json!(null),
        json!(0),
    ];
    for operator in operators {
        let replies = [
            ada.post("auth/login", json!({"email": operator, "password": operator})).await,
            ada.post("auth/login", json!({"email": "ada@example.org", "password": operator})).await,
            ada.post("auth/password-reset/confirm", json!({"token": operator, "password": PASSWORD})).await,
            ada.post("auth/verify-email", json!({"token": operator})).await,
            ada.post(&format!("events/{id}/holds"), json!({"seats": [operator]})).await,
            ada.post("cart/validate", json!({"event_id": operator})).await,
            ada.post_with_key("orders", json!({"event_id": operator}), &key()).await,
            admin.post("check-ins", json!({"code": operator})).await,
            admin.post(&format!("admin/events/{id}/block"), json!({"seats": [operator], "reason": "x"})).await,
            admin.post(&format!("admin/users/{id}/role"), json!({"role": operator})).await,
            admin.patch(&format!("events/{id}"), json!({"name": operator, "status": {"$set": 1}})).await,
        ];
        for reply in replies {
            assert_eq!((reply.status, reply.code()), (422, "invalid_field"), "{operator}: {reply:?}");
        }
    }
    // What a search is given is looked for, letter by letter.
    for text in
        ["%25", "_inal", "F.nal", ".*", "Fin[a]l", "(", "[", "%5C", "$", "^F", "';--", "Final%00", "{\"$gt\":\"\"}"]
    {
        let found = ada.get(&format!("events?q={text}")).await;
        let nothing = found.status == 200 && found.body["items"] == json!([]);
        assert!(nothing || found.status == 400, "{text}: {found:?}");
        let users = admin.get(&format!("admin/users?q={text}")).await;
        assert!(
            [200, 400].contains(&users.status) && users.body["items"].as_array().is_none_or(Vec::is_empty),
            "{text}: {users:?}"
        );
    }
    assert_eq!(ada.get("events?q=fina").await.body["items"].as_array().map(Vec::len), Some(1), "and found where it is");
    for path in ["orders/%7B%22%24gt%22%3A%22%22%7D", "events/%00", "events/..%2f..%2fetc", "tickets/%FF/qr.svg"] {
        assert!([400, 404].contains(&ada.get(path).await.status), "{path}");
    }
}

/// Clients may send more than a route knows; none of it is taken.
async fn members_that_a_body_has_besides_change_nothing(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let (organizer, other) = (stack.organizer(0).await, stack.organizer(0).await);
    let other_id = other.get("auth/me").await.body["id"].clone();
    let mut wish = new_event(3);
    for (name, value) in [
        ("id", json!("0190a0a0-0000-7000-8000-000000000001")),
        ("organizer_id", other_id.clone()),
        ("status", json!("on_sale")),
        ("seats_total", json!(1_000_000)),
        ("version", json!(99)),
        ("fence_epoch", json!(99)),
    ] {
        wish[name] = value;
    }
    let made = organizer.post_with_key("events", wish, "besides").await;
    assert_eq!((made.status, &made.body["status"], &made.body["seats_total"]), (202, &json!("generating"), &json!(3)));
    let id = made.body["id"].as_str().unwrap().to_owned();
    assert_ne!(id, "0190a0a0-0000-7000-8000-000000000001");
    organizer.wait_for_event(&id, |event| event["status"] == "draft").await;
    assert_eq!(other.get(&format!("events/{id}")).await.status, 404, "still somebody else's");
    let changed = organizer
        .patch(&format!("events/{id}"), json!({"status": "on_sale", "organizer_id": other_id, "seats_total": 9}))
        .await;
    assert_eq!((changed.status, &changed.body["seats_total"]), (200, &json!(3)));
    assert_eq!(other.patch(&format!("events/{id}"), json!({"name": "Mine"})).await.status, 404);

    let eve = json!({"email": "eve@example.org", "password": PASSWORD, "name": "Eve", "role": "admin", "email_verified": true, "id": other_id});
    let eve_made = stack.anonymous(0).post("auth/register", eve).await;
    assert_eq!(
        (&eve_made.body["user"]["role"], &eve_made.body["user"]["email_verified"]),
        (&json!("customer"), &json!(false))
    );
    assert_ne!(eve_made.body["user"]["id"], other_id);

    let ada = stack.buyer(0).await;
    let held = ada
        .post(
            &format!("events/{id}/holds"),
            json!({"seats": ["A-1"], "expires_in_ms": 86_400_000, "user_id": other_id, "price": 1}),
        )
        .await;
    assert_eq!(held.status, 201);
    assert!(held.body["seats"][0]["expires_in_ms"].as_u64().unwrap() <= 600_000);
    let order = json!({"event_id": id, "price": 1, "amount": 1, "status": "confirmed", "buyer_id": other_id, "currency": "JPY"});
    let placed = ada.post_with_key("orders", order, "cheap").await;
    assert_eq!((placed.status, &placed.body["total"]), (201, &json!({"amount": 7500, "currency": "EUR"})));
    assert_eq!(placed.body["status"], "awaiting_payment");
    let payment = placed.body["payment"]["id"].as_str().unwrap();
    let paid = json!({"method": "card_ok", "amount": 1, "status": "succeeded"});
    assert_eq!(ada.post_with_key(&format!("payments/{payment}/confirm"), paid, "pay").await.status, 200);
    assert_eq!(stack.provider_books().await[payment], (7500, 0), "the price, whatever the buyer wrote");
}

const MARKUP: &str = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;{{7*7}}${7*7}";

async fn markup_in_names_is_kept_as_text(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let organizer = stack.organizer(0).await;
    let id = stack
        .event_of(&organizer, 1, |wish| {
            wish["name"] = json!(MARKUP);
            wish["venue"] = json!(MARKUP);
            wish["description"] = json!(MARKUP);
            let plan = wish["plan"].to_string().replace("Block A", "<b onclick=1>").replace("A-1", "<svg/onload=1>");
            wish["plan"] = serde_json::from_str(&plan).unwrap();
        })
        .await;
    let mut ada = stack.anonymous(0);
    let named = json!({"email": "ada@example.org", "password": PASSWORD, "name": MARKUP});
    let registered = ada.post("auth/register", named).await;
    ada.token = registered.body["access_token"].as_str().map(str::to_owned);
    assert_eq!(registered.body["user"]["name"], MARKUP, "text, as it was typed");
    let order = ada.buy(&id, &["<svg/onload=1>"]).await;
    for path in [
        format!("events/{id}"),
        format!("events/{id}/plan"),
        format!("events/{id}/sections"),
        "orders".into(),
        "tickets".into(),
    ] {
        let reply = ada.get(&path).await;
        assert_eq!(reply.header("content-type"), "application/json", "{path}: no browser takes it for a page");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
    }
    assert_eq!(ada.get(&format!("events/{id}")).await.body["name"], MARKUP);
    let picture = ada.get(&format!("tickets/{}/qr.svg", order["tickets"][0]["id"].as_str().unwrap())).await;
    let svg = String::from_utf8(picture.bytes.clone()).unwrap();
    for active in ["<script", "onload", "href", "<foreignObject", "onclick"] {
        assert!(!svg.contains(active), "{svg}");
    }
    assert!(picture.header("content-security-policy").contains("default-src 'none'"));
    // What a refusal quotes of the request stays JSON, too.
    let refused = ada.hold(&id, &[MARKUP]).await;
    assert_eq!((refused.status, refused.header("content-type")), (422, "application/problem+json"));
    for mail in stack.mails("ada@example.org", 1).await {
        assert_eq!(mail.lines().filter(|line| line.starts_with("To: ")).count(), 1, "{mail}");
    }
}

async fn nothing_in_the_file_of_orders_is_a_formula(engine: Engine) {
    const SEATS: [&str; 5] = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "a\",\"=1+1"];
    let stack = TestStack::start(engine, 1).await;
    let organizer = stack.organizer(0).await;
    let id = stack
        .event_of(&organizer, 5, |wish| {
            let seats = wish["plan"]["zones"][0]["rows"][0]["seats"].as_array_mut().unwrap();
            for (seat, name) in seats.iter_mut().zip(SEATS) {
                seat["seat_guid"] = json!(name);
            }
        })
        .await;
    let ada = stack.buyer(0).await;
    for seat in SEATS {
        ada.buy(&id, &[seat]).await;
    }
    let file = organizer.get(&format!("admin/events/{id}/orders.csv")).await;
    assert!(file.header("content-disposition").starts_with("attachment"));
    let mut rows = 0;
    for row in csv::Reader::from_reader(&file.bytes[..]).records() {
        let row = row.unwrap();
        assert_eq!(row.len(), 10, "a name makes no column of its own: {row:?}");
        assert!(row.iter().all(|field| !field.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{row:?}");
        rows += 1;
    }
    assert_eq!(rows, SEATS.len());
}

async fn strange_letters_are_refused_or_kept(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let client = stack.anonymous(0);
    let register = async |email: &str, name: &str| {
        client.post("auth/register", json!({"email": email, "password": PASSWORD, "name": name})).await
    };
    for email in [
        "a@b\r\nBcc: victim@example.org",
        "a\0@example.org",
        "a@example.org\u{202e}",
        "a b@example.org",
        "a@b@c",
        "@",
        "a\u{2028}@example.org",
        &format!("{}@example.org", "a".repeat(300)),
    ] {
        assert_eq!(register(email, "Eve").await.status, 422, "{email:?}");
    }
    for name in ["", " ", "a\0b", "a\r\nBcc: x@example.org", "evil\u{202e}gnp.exe", "\u{2066}x", &"n".repeat(101)] {
        assert_eq!(register("eve@example.org", name).await.status, 422, "{name:?}");
    }
    let names = ["Zoë", "李小龍", "🎟️👩‍👩‍👧", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯a̡lgo", "O'Brien; DROP TABLE users", "ﬀ", "İstanbul"];
    for (number, name) in names.into_iter().enumerate() {
        let made = register(&format!("{number}@example.org"), name).await;
        assert_eq!((made.status, &made.body["user"]["name"]), (201, &json!(name)));
    }
    let raw = async |body: &[u8]| client.post_raw("auth/login", body.to_vec(), "application/json").await.status;
    for (what, body) in [
        ("half a surrogate pair", &br#"{"email":"\ud800","password":"x"}"#[..]),
        ("not UTF-8", b"{\"email\":\"\xff\xfe\",\"password\":\"x\"}"),
        ("overlong", b"{\"email\":\"\xc0\xaf\",\"password\":\"x\"}"),
        ("a byte order mark", b"\xef\xbb\xbf{\"email\":\"a@b\",\"password\":\"x\"}"),
        ("UTF-16", b"\xff\xfe{\0}\0"),
        ("two documents", br#"{"email":"a@b","password":"x"}{"email":"a@b","password":"x"}"#),
    ] {
        assert_eq!(raw(body).await, 400, "{what}");
    }
    assert_eq!(raw(br#"{"email":"a@b","email":"c@d","password":"x"}"#).await, 422, "which of the two?");
}

async fn numbers_that_are_none_are_refused(engine: Engine) {
    let stack = TestStack::with(engine, 1, |settings| settings.limits.account_requests_burst = 1_000).await;
    let admin = stack.admin(0).await;
    let id = stack.event(2, |_| {}).await;
    let numbers = [
        "1e400",
        "-1e400",
        "9223372036854775808",
        "1e19",
        "-1",
        "0.5",
        "1e-400",
        "NaN",
        "Infinity",
        "0x10",
        "\"1\"",
        "{}",
        "[1]",
        "true",
    ];
    for number in numbers {
        let bodies = [
            (format!("events/{id}/holds/best-available"), format!(r#"{{"quantity":{number}}}"#)),
            ("orders".to_owned(), format!(r#"{{"event_id":"{id}","total":{number}}}"#)),
        ];
        for (path, body) in bodies {
            let reply = admin.post_raw(&path, body, "application/json").await;
            assert!((400..500).contains(&reply.status), "{path}, {number}: {reply:?}");
        }
        for field in ["hold_ttl_s", "payment_window_s", "max_seats_per_user", "prices", "starts_at"] {
            let value = if field == "prices" { format!(r#"{{"Stalls":{number}}}"#) } else { number.to_owned() };
            let made = new_event(1).to_string();
            let made = match field {
                "prices" => made.replace(r#""prices":{"Stalls":7500}"#, &format!(r#""prices":{value}"#)),
                "starts_at" => {
                    made.replace(r#""starts_at":"2030-06-12T18:00:00Z""#, &format!(r#""starts_at":{value}"#))
                }
                _ => made.replacen('{', &format!(r#"{{"{field}":{value},"#), 1),
            };
            let refused = admin.post_raw_with_key("events", made, &key()).await;
            assert!([400, 422].contains(&refused.status), "{field}: {number}: {refused:?}");
        }
    }
    for number in ["0", "-1", "101", "99999999999999999999", "1e2", "1.5", "", "NaN", "%31%00"] {
        assert_eq!(admin.get(&format!("events?limit={number}")).await.status, 400, "{number}");
        assert_eq!(admin.get(&format!("orders?limit={number}")).await.status, 400, "{number}");
    }
}

async fn json_that_never_ends_is_refused(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let admin = stack.admin(0).await;
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let objects = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    for nested in [deep(200), deep(20_000), objects(200), objects(8_000)] {
        let bodies = [
            ("auth/login", nested.clone()),
            ("auth/login", format!(r#"{{"email":{nested},"password":"x"}}"#)),
            ("auth/login", format!(r#"{{"email":"a@b","password":"wrong password","besides":{nested}}}"#)),
        ];
        for (path, body) in bodies {
            let reply = stack.anonymous(0).post_raw(path, body, "application/json").await;
            assert!((400..500).contains(&reply.status), "{reply:?}");
        }
        // A plan is kept as it was sent, which must not mean that it is not looked at.
        let plans =
            [nested.clone(), format!(r#"{{"name":"x","zones":{nested}}}"#), r#"{"size":{"width":1e999}}"#.to_owned()];
        for plan in plans {
            let mut wish = new_event(1);
            wish["plan"] = Value::Null;
            let body = wish.to_string().replace(r#""plan":null"#, &format!(r#""plan":{plan}"#));
            let refused = admin.post_raw_with_key("events", body, &key()).await;
            assert_eq!((refused.status, refused.code()), (422, "invalid_plan"), "{plan:.60}: {refused:?}");
        }
    }
    assert_eq!(stack.anonymous(0).get("events").await.status, 200, "and the server is there");
}
