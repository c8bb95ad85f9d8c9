//! What browsers are told of every answer, and which pages may ask: of our own origin, of those that are allowed, of others.

use reqwest::{Method, Response, header};
use serde_json::json;

use crate::support::{Engine, PASSWORD, TestClient, TestSocket, TestStack};

crate::journeys!([
    every_kind_of_answer_has_the_headers,
    what_belongs_to_somebody_is_not_kept,
    https_is_remembered_where_people_use_it,
    only_allowed_pages_may_ask,
    the_refresh_cookie_is_for_our_pages_only,
    everybodys_page_never_gets_the_cookie,
]);

const SHOP: &str = "https://shop.example.org";

/// Pages of nobody whom the settings name. One of them is made of the server's own address.
fn strangers(address: &str) -> Vec<String> {
    let near =
        ["null", "https://evil.example.org", "https://shop.example.org.evil.org", "https://evilshop.example.org"];
    let nearer = ["https://shop.example.org:444", "http://shop.example.org", "https://shop.example.org/", ""];
    let ours = [format!("http://{address}.evil.org"), format!("http://{address}0"), format!("ws://{address}")];
    near.into_iter().chain(nearer).map(str::to_owned).chain(ours).collect()
}

async fn with_shop(engine: Engine) -> TestStack {
    TestStack::with(engine, 1, |settings| settings.server.allowed_origins = vec![SHOP.into()]).await
}

async fn ask(stack: &TestStack, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.request(method, format!("http://{}{path}", stack.address(0)));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn told<'answer>(answer: &'answer Response, name: &str) -> &'answer str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

async fn every_kind_of_answer_has_the_headers(engine: Engine) {
    let folder = std::env::temp_dir().join(format!("frontrow-web-{}", uuid::Uuid::new_v4().simple()));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("index.html"), "<!doctype html>").unwrap();
    let stack = TestStack::with(engine, 1, |settings| settings.server.web_dir.clone_from(&folder)).await;
    let id = stack.event(4, |_| {}).await;
    let buyer = stack.buyer(0).await;
    let ticket = buyer.buy(&id, &["A-1"]).await["tickets"][0]["id"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {}", buyer.token.as_deref().unwrap());
    let mine = [("Authorization", bearer.as_str())];
    for (path, status, kind) in [
        ("/".to_owned(), 200, "text/html"),
        ("/events/anything".into(), 200, "text/html"),
        ("/api/docs".into(), 200, "text/html"),
        ("/api/docs.css".into(), 200, "text/css"),
        ("/api/openapi.json".into(), 200, "application/json"),
        ("/api/v1/events".into(), 200, "application/json"),
        (format!("/api/v1/events/{id}/plan"), 200, "application/json"),
        ("/api/v1/orders".into(), 200, "application/json"),
        (format!("/api/v1/tickets/{ticket}/qr.svg"), 200, "image/svg+xml"),
        ("/api/v1/nothing".into(), 404, "application/problem+json"),
        ("/api/nothing".into(), 404, "application/problem+json"),
        ("/ws/v1/events/1".into(), 400, "application/problem+json"),
        ("/.well-known/jwks.json".into(), 200, "application/json"),
        ("/healthz".into(), 200, "application/json"),
    ] {
        let answer = ask(&stack, Method::GET, &path, &mine).await;
        assert_eq!(answer.status(), status, "{path}");
        assert!(told(&answer, "content-type").starts_with(kind), "{path}: {}", told(&answer, "content-type"));
        let policy = told(&answer, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{path}: {policy}");
        assert_eq!(policy.contains("script-src 'self'"), kind == "text/html", "{path}: {policy}");
        assert!(!policy.contains("ws:") && !policy.contains('*'), "{path}: no scheme, no wildcard: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("strict-transport-security", ""),
        ] {
            assert_eq!(told(&answer, name), value, "{path}: {name}");
        }
        assert!(told(&answer, "permissions-policy").contains("geolocation=()"), "{path}");
    }
    let page = ask(&stack, Method::GET, "/", &[]).await;
    let again = ask(&stack, Method::GET, "/", &[("If-None-Match", told(&page, "etag"))]).await;
    assert_eq!(
        (again.status().as_u16(), told(&again, "content-security-policy")),
        (304, ""),
        "the kept page keeps its own"
    );
    let refused = ask(&stack, Method::DELETE, "/api/v1/events", &[]).await;
    assert_eq!((refused.status().as_u16(), told(&refused, "x-content-type-options")), (405, "nosniff"));
    std::fs::remove_dir_all(folder).unwrap();
}

async fn what_belongs_to_somebody_is_not_kept(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(4, |_| {}).await;
    let admin = stack.admin(0).await;
    for path in ["auth/me", "orders", "tickets", "admin/users", "admin/stats", "nothing"] {
        let caching = admin.get(path).await.header("cache-control").to_owned();
        assert_eq!(caching, "no-store", "{path}");
    }
    let cart = admin.get(&format!("cart?event_id={id}")).await;
    assert_eq!((cart.status, cart.header("cache-control")), (200, "no-store"));
    assert_eq!(admin.hold(&id, &["A-1"]).await.header("cache-control"), "no-store");
    let list = admin.get(&format!("admin/events/{id}/orders.csv")).await;
    assert!(list.header("cache-control").contains("no-store"));
    assert_eq!(admin.get(&format!("events/{id}")).await.header("cache-control"), "no-cache", "everybody's");
    assert!(admin.get(&format!("events/{id}/plan")).await.header("cache-control").contains("immutable"));
}

async fn https_is_remembered_where_people_use_it(engine: Engine) {
    let public = "https://tickets.example.org/";
    let stack = TestStack::with(engine, 1, |settings| settings.server.public_url = public.into()).await;
    let page = ask(&stack, Method::GET, "/api/docs", &[]).await;
    assert_eq!(told(&page, "strict-transport-security"), "max-age=31536000");
    assert!(told(&page, "content-security-policy").ends_with("connect-src 'self' wss://tickets.example.org"));
}

const NO_CORS: [&str; 5] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
];

/// A browser's question before a request with a token or a JSON body.
async fn preflight(stack: &TestStack, path: &str, origin: &str) -> Response {
    let wish = [
        ("Origin", origin),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "authorization,content-type"),
    ];
    ask(stack, Method::OPTIONS, path, &wish).await
}

async fn only_allowed_pages_may_ask(engine: Engine) {
    let stack = with_shop(engine).await;
    let (id, address) = (stack.event(4, |_| {}).await, stack.address(0));
    let socket = format!("ws://{address}/ws/v1/events/{id}");
    for path in ["/api/v1/events".to_owned(), format!("/api/v1/events/{id}/holds"), "/api/v1/nothing".into()] {
        let allowed = preflight(&stack, &path, SHOP).await;
        assert_eq!((allowed.status().as_u16(), told(&allowed, "access-control-allow-origin")), (204, SHOP), "{path}");
        assert_eq!(told(&allowed, "access-control-allow-credentials"), "true");
        assert_eq!(told(&allowed, "access-control-allow-methods"), "GET, POST, PATCH");
        assert!(told(&allowed, "access-control-allow-headers").contains("idempotency-key"));
        assert_eq!(told(&allowed, "access-control-max-age"), "600");
        assert!(told(&allowed, "vary").contains("origin"));
        for stranger in strangers(&address) {
            let refused = preflight(&stack, &path, &stranger).await;
            assert_eq!(refused.status(), 403, "{path} {stranger}");
            assert!(NO_CORS.iter().all(|name| told(&refused, name).is_empty()), "{path} {stranger}");
            assert!(told(&refused, "vary").contains("origin"));
        }
    }
    let simple = ask(&stack, Method::GET, "/api/v1/events", &[("Origin", SHOP)]).await;
    assert_eq!((simple.status().as_u16(), told(&simple, "access-control-allow-origin")), (200, SHOP));
    assert!(told(&simple, "access-control-expose-headers").contains("retry-after"));
    let refusal = ask(&stack, Method::GET, "/api/v1/orders", &[("Origin", SHOP)]).await;
    assert_eq!(
        (refusal.status().as_u16(), told(&refusal, "access-control-allow-origin")),
        (401, SHOP),
        "it may read why"
    );
    let own = format!("http://{address}");
    for silent in strangers(&address).into_iter().chain([own.clone()]) {
        let answer = ask(&stack, Method::GET, "/api/v1/events", &[("Origin", &silent)]).await;
        assert_eq!(answer.status(), 200, "a browser keeps it from a stranger's page: {silent}");
        assert!(NO_CORS.iter().all(|name| told(&answer, name).is_empty()), "{silent}");
        let varies = answer.headers().get_all(header::VARY).iter().any(|value| value == "origin");
        assert!(varies, "a cache must not hand one page's answer to another: {silent}");
    }
    for welcome in [SHOP, &own] {
        assert!(TestSocket::connect(&socket, &[("Origin", welcome)]).await.is_ok(), "{welcome}");
    }
    for stranger in strangers(&address) {
        assert!(TestSocket::connect(&socket, &[("Origin", &stranger)]).await.is_err(), "{stranger}");
    }
    let metrics = ask(&stack, Method::GET, "/healthz", &[("Origin", SHOP)]).await;
    assert_eq!(told(&metrics, "access-control-allow-origin"), "", "the shop has no business outside the API");
}

/// Somebody who is signed in, and what their browser sends along.
async fn with_cookie(stack: &TestStack) -> (TestClient, String) {
    let mut client = stack.anonymous(0);
    let email = format!("{}@example.org", uuid::Uuid::new_v4().simple());
    client.register(&email).await;
    let login = client.post("auth/login", json!({"email": email, "password": PASSWORD})).await;
    (client, login.cookie())
}

async fn the_refresh_cookie_is_for_our_pages_only(engine: Engine) {
    let stack = with_shop(engine).await;
    let (own, address) = (format!("http://{}", stack.address(0)), stack.address(0));
    let (_, cookie) = with_cookie(&stack).await;
    let try_with = async |path: &str, headers: &[(&str, &str)]| {
        let all: Vec<_> = headers.iter().copied().chain([("Cookie", cookie.as_str())]).collect();
        ask(&stack, Method::POST, path, &all).await
    };
    for path in ["/api/v1/auth/logout", "/api/v1/auth/refresh"] {
        for stranger in strangers(&address) {
            let refused = try_with(path, &[("Origin", &stranger)]).await;
            assert_eq!((refused.status().as_u16(), told(&refused, "set-cookie")), (403, ""), "{path} {stranger}");
        }
        for (origin, site) in [
            (None, "cross-site"),
            (None, "same-site"),
            (None, "nonsense"),
            (Some(own.as_str()), "cross-site"),
            (Some(own.as_str()), "same-site"),
            (Some("https://evil.example.org"), "same-origin"),
        ] {
            let mut headers = vec![("Sec-Fetch-Site", site)];
            headers.extend(origin.map(|origin| ("Origin", origin)));
            assert_eq!(try_with(path, &headers).await.status(), 403, "{path} {headers:?}");
        }
    }
    // Nothing of that has used the token up or ended the login.
    for headers in [
        vec![("Origin", own.as_str()), ("Sec-Fetch-Site", "same-origin")],
        vec![("Origin", own.as_str())],
        vec![("Origin", SHOP), ("Sec-Fetch-Site", "same-site")],
        vec![("Sec-Fetch-Site", "none")],
        vec![],
    ] {
        let fine = try_with("/api/v1/auth/refresh", &headers).await;
        assert_eq!(fine.status(), 200, "{headers:?}");
        assert!(told(&fine, "set-cookie").contains("SameSite=Strict"));
    }
    assert_eq!(try_with("/api/v1/auth/logout", &[("Origin", SHOP)]).await.status(), 204);
}

async fn everybodys_page_never_gets_the_cookie(engine: Engine) {
    let stack = TestStack::with(engine, 1, |settings| settings.server.allowed_origins = vec!["*".into()]).await;
    let (_, cookie) = with_cookie(&stack).await;
    let stranger = ("Origin", "https://evil.example.org");
    let read = ask(&stack, Method::GET, "/api/v1/events", &[stranger]).await;
    assert_eq!(told(&read, "access-control-allow-origin"), "*");
    assert_eq!(told(&read, "access-control-allow-credentials"), "");
    let refused = ask(&stack, Method::POST, "/api/v1/auth/refresh", &[stranger, ("Cookie", &cookie)]).await;
    assert_eq!(refused.status(), 403);
}
