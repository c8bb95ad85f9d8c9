//! Access tokens and socket tickets as an attacker makes them: everything that is not exactly a token of ours is nobody's.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use crate::support::{Engine, PASSWORD, TestClient, TestStack};

crate::journeys!([
    forged_access_tokens_are_nobodys,
    what_else_is_secret_is_no_access_token,
    a_token_of_a_lost_role_or_account_opens_nothing,
    a_socket_ticket_works_once_for_whoever_got_it,
]);

/// What a token of a server is made of, and the key that signs it.
struct Forge {
    token: String,
    head: Value,
    claims: Value,
    /// The public key, which everybody may ask for.
    public: Vec<u8>,
    ours: EncodingKey,
    /// Of the attacker.
    theirs: EncodingKey,
}

impl Forge {
    async fn new(stack: &TestStack) -> Self {
        let token = stack.buyer(0).await.token.expect("a token");
        let parts: Vec<_> = token.split('.').collect();
        let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        let pem = std::fs::read(stack.settings.auth.keys_dir.join("access-token-1.pem")).expect("the key");
        let url = format!("http://{}/.well-known/jwks.json", stack.address(0));
        let keys: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        let theirs = std::fs::read(stack.settings.auth.keys_dir.join("ticket-1.pem")).expect("another key");
        Self {
            head: read(parts[0]),
            claims: read(parts[1]),
            ours: EncodingKey::from_ed_pem(&pem).expect("a key"),
            theirs: EncodingKey::from_ed_pem(&theirs).expect("a key"),
            public: URL_SAFE_NO_PAD.decode(keys["keys"][0]["x"].as_str().expect("a key")).unwrap(),
            token,
        }
    }

    /// Signed by the server's own key.
    fn signed(&self, head: &Value, claims: &str) -> String {
        signed(&head.to_string(), claims, &self.ours, Algorithm::EdDSA)
    }

    /// Our head and claims, with one claim another one; null takes it away.
    fn claiming(&self, name: &str, value: Value) -> (String, String) {
        let what = format!("{name}: {value}");
        (what, self.signed(&self.head, &with(&self.claims, name, value).to_string()))
    }

    /// Our claims under a head with one member another one, signed by us.
    fn headed(&self, name: &str, value: Value) -> (String, String) {
        let what = format!("head, {name}: {value}");
        (what, self.signed(&with(&self.head, name, value), &self.claims.to_string()))
    }
}

fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut members = object.as_object().expect("an object").clone();
    if value.is_null() {
        members.remove(name)
    } else {
        members.insert(name.into(), value)
    };
    members.into()
}

fn signed(head: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
    let signature = crypto::sign(message.as_bytes(), key, algorithm).expect("a signature");
    format!("{message}.{signature}")
}

async fn forged_access_tokens_are_nobodys(engine: Engine) {
    let stack = TestStack::with(engine, 1, |settings| settings.limits.socket_commands_burst = 1_000).await;
    let forge = Forge::new(&stack).await;
    let mut eve = stack.anonymous(0);
    let mut watcher = stack.socket(0, &stack.event(1, |_| {}).await).await;
    // What is built like this and is not forged works: the refusals below are not for want of a good forge.
    eve.token = Some(forge.signed(&forge.head, &forge.claims.to_string()));
    assert_eq!(eve.get("auth/me").await.status, 200);

    let forged = [algorithms(&forge), heads(&forge), claims(&forge), spellings(&forge)].concat();
    for (what, token) in &forged {
        eve.token = Some(token.clone());
        for refused in
            [eve.get("auth/me").await, eve.get("admin/users").await, eve.post("auth/ws-ticket", json!({})).await]
        {
            assert_eq!((refused.status, refused.code()), (401, "unauthorized"), "{what}: {token:.300}");
        }
        let frame = json!({"type": "auth", "ref": 1, "ticket": token});
        if frame.to_string().len() < 16_000 {
            assert_eq!(watcher.command(frame).await["code"], "bad_ticket", "{what}");
        }
    }
    println!("measured: {} forged access tokens, all refused", forged.len());
}

/// Other algorithms and other keys than the one that a token's `kid` names.
fn algorithms(forge: &Forge) -> Vec<(String, String)> {
    let admin = with(&forge.claims, "role", json!("admin")).to_string();
    let mut forged = Vec::new();
    for name in ["none", "None", "NONE", "nOnE", ""] {
        let head = with(&forge.head, "alg", json!(name)).to_string();
        let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(&admin));
        forged.push((format!("alg {name:?} without a signature"), unsigned.clone()));
        forged.push((format!("alg {name:?} with a signature"), format!("{unsigned}{}", "A".repeat(86))));
    }
    // The public key is public: as the secret of an HMAC it would let everybody sign.
    let x = URL_SAFE_NO_PAD.encode(&forge.public);
    let der = [&b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"[..], &forge.public].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
    for (name, secret) in
        [("x", x.as_bytes()), ("bytes", &forge.public), ("PEM", pem.as_bytes()), ("DER", &der), ("nothing", b"")]
    {
        for (word, algorithm) in [("HS256", Algorithm::HS256), ("HS512", Algorithm::HS512)] {
            let head = with(&forge.head, "alg", json!(word)).to_string();
            let token = signed(&head, &admin, &EncodingKey::from_secret(secret), algorithm);
            forged.push((format!("{word} with the public key's {name}"), token));
        }
    }
    forged.push(("another key".into(), signed(&forge.head.to_string(), &admin, &forge.theirs, Algorithm::EdDSA)));
    forged
}

/// Heads that want another key, or are for something else; all signed by us.
fn heads(forge: &Forge) -> Vec<(String, String)> {
    let kid = forge.head["kid"].as_str().expect("a kid");
    let mut forged: Vec<_> = [
        json!(null),
        json!(""),
        json!("unknown"),
        json!("../../../../dev/null"),
        json!("access-token-1.pem"),
        json!("' OR 1=1 --"),
        json!({"$gt": ""}),
        json!([kid]),
        json!(kid.to_uppercase() + " "),
    ]
    .map(|other| forge.headed("kid", other))
    .into();
    forged.extend(
        [json!(null), json!("JWT"), json!("rt+jwt"), json!("application/at+jwt")].map(|typ| forge.headed("typ", typ)),
    );
    let key = json!({"kty": "OKP", "crv": "Ed25519", "x": "A".repeat(43)});
    forged.extend([
        forge.headed("crit", json!(["exp"])),
        forge.headed("crit", json!([])),
        forge.headed("jwk", key),
        forge.headed("jku", json!("https://evil.example.org/jwks.json")),
        forge.headed("x5u", json!("https://evil.example.org/chain.pem")),
        forge.headed("x5c", json!(["AAAA"])),
        forge.headed("b64", json!(false)),
        forge.headed("zip", json!("DEF")),
        forge.headed("cty", json!("JWT")),
    ]);
    forged
}

/// Claims that are not ours, under our own signature.
fn claims(forge: &Forge) -> Vec<(String, String)> {
    let now = forge.claims["iat"].as_i64().expect("a time");
    let mut forged: Vec<_> =
        ["iss", "aud", "sub", "sid", "role", "iat", "exp", "jti"].map(|name| forge.claiming(name, Value::Null)).into();
    for exp in [json!(now - 1), json!(0), json!(-1), json!(i64::MAX), json!(1e30), json!("9999999999"), json!(4e9)] {
        forged.push(forge.claiming("exp", exp));
    }
    forged.extend([forge.claiming("iat", json!(now + 60)), forge.claiming("iat", json!(i64::MAX))]);
    forged.extend([forge.claiming("nbf", json!(now + 60)), forge.claiming("nbf", json!("soon"))]);
    for other in [json!("Frontrow"), json!("https://frontrow"), json!(["frontrow"]), json!(""), json!(true)] {
        forged.extend([forge.claiming("iss", other.clone()), forge.claiming("aud", other)]);
    }
    forged.extend([
        forge.claiming("role", json!("root")),
        forge.claiming("role", json!("Admin")),
        forge.claiming("sub", json!("admin")),
        forge.claiming("sub", json!({"$gt": ""})),
    ]);
    let twice = forge.claims.to_string().replacen('{', r#"{"role":"admin","#, 1);
    forged.push(("a role twice".into(), forge.signed(&forge.head, &twice)));
    let twice = forge.claims.to_string().replacen('{', r#"{"exp":9999999999,"#, 1);
    forged.push(("an end twice".into(), forge.signed(&forge.head, &twice)));
    forged.push(("no object".into(), forge.signed(&forge.head, "[]")));
    forged.push(("no JSON".into(), forge.signed(&forge.head, "claims")));
    forged.push(("oversized".into(), forge.claiming("padding", json!("x".repeat(4_000))).1));
    forged.push(("huge".into(), forge.claiming("padding", json!("x".repeat(10_000))).1));
    forged
}

/// A good token, spelt otherwise.
fn spellings(forge: &Forge) -> Vec<(String, String)> {
    let [head, claims, signature] = forge.token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let admin = URL_SAFE_NO_PAD.encode(with(&forge.claims, "role", json!("admin")).to_string());
    let mut forged = vec![
        ("an admin under another's signature".to_owned(), format!("{head}.{admin}.{signature}")),
        ("no signature".into(), format!("{head}.{claims}.")),
        ("two parts".into(), format!("{head}.{claims}")),
        ("four parts".into(), format!("{}.", forge.token)),
        ("five parts".into(), format!("{head}..{claims}.{signature}.")),
        ("twice".into(), format!("{0}{0}", forge.token)),
        ("padded".into(), format!("{head}.{claims}.{}", URL_SAFE.encode(&bytes))),
        ("with a blank".into(), format!("{head}.{claims} .{signature}")),
        ("no head".into(), format!(".{claims}.{signature}")),
        ("no claims".into(), format!("{head}..{signature}")),
    ];
    for cut in [1, 2, 43, 85] {
        forged.push((format!("{cut} characters short"), forge.token[..forge.token.len() - cut].to_owned()));
    }
    for more in ["A", "=", "==", ".", "%00", "\u{a0}"] {
        forged.push((format!("followed by {more:?}"), format!("{}{more}", forge.token)));
    }
    // The last character has bits that no byte of the signature has: four spellings of the same bytes.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = alphabet.find(signature.chars().last().unwrap()).unwrap();
    for spare in 1..16 {
        let other = alphabet.chars().nth(last ^ spare).unwrap();
        forged.push((format!("spare bits {spare}"), format!("{}{other}", &forge.token[..forge.token.len() - 1])));
    }
    let standard = STANDARD_NO_PAD.encode(&bytes);
    if standard != signature {
        forged.push(("in the other alphabet".into(), format!("{head}.{claims}.{standard}")));
    }
    // S + L verifies where the rules of RFC 8032 are not kept.
    let mut heavier = bytes;
    heavier[63] |= 0b1110_0000;
    forged.push(("a signature out of range".into(), format!("{head}.{claims}.{}", URL_SAFE_NO_PAD.encode(heavier))));
    forged
}

async fn what_else_is_secret_is_no_access_token(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(2, |_| {}).await;
    let ada = stack.buyer(0).await;
    let order = ada.buy(&id, &["A-1"]).await;
    let login = stack
        .anonymous(0)
        .post("auth/register", json!({"email": "b@example.org", "password": PASSWORD, "name": "Ben"}))
        .await;
    let (_, refresh) = login.cookie().split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
    let socket = ada.post("auth/ws-ticket", json!({})).await.body["ticket"].as_str().unwrap().to_owned();
    let code = order["tickets"][0]["code"].as_str().unwrap().to_owned();
    let secret = order["payment"]["client_secret"].as_str().unwrap_or_default().to_owned();
    let mut eve = stack.anonymous(0);
    for other in [refresh, socket, code, secret, stack.settings.payments.api_key.clone()] {
        eve.token = Some(other.clone());
        assert_eq!(eve.get("auth/me").await.status, 401, "{other}");
        assert_eq!(eve.post("auth/ws-ticket", json!({})).await.status, 401, "{other}");
    }
}

async fn a_token_of_a_lost_role_or_account_opens_nothing(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let admin = stack.admin(0).await;
    let (public, draft) = (stack.event(2, |_| {}).await, stack.event(2, |wish| wish["on_sale"] = json!(false)).await);
    let mut ada = stack.anonymous(0);
    let id = ada.register("ada@example.org").await;
    let role = async |role: &str| admin.post(&format!("admin/users/{id}/role"), json!({"role": role})).await.status;
    assert_eq!(role("admin").await, 200);
    ada.sign_in("ada@example.org", PASSWORD).await;
    assert_eq!(ada.get(&format!("events/{draft}")).await.status, 200);
    let private = ada.get("events?status=draft").await;
    assert_eq!(private.body["items"].as_array().map(Vec::len), Some(1));

    // The token says "admin" for minutes; the ledger says otherwise from now on.
    assert_eq!(role("customer").await, 200);
    for path in ["", "/plan", "/state", "/sections"] {
        assert_eq!(ada.get(&format!("events/{draft}{path}")).await.status, 404, "{path}");
    }
    assert_eq!(ada.get("events?status=draft").await.body["items"], json!([]));
    assert_eq!(ada.hold(&draft, &["A-1"]).await.status, 404);
    for path in
        ["admin/users", "admin/stats", &format!("admin/events/{public}/orders"), &format!("admin/events/{public}/log")]
    {
        assert_eq!(ada.get(path).await.status, 403, "{path}");
    }
    assert_eq!(ada.patch(&format!("events/{public}"), json!({"name": "Mine"})).await.status, 403);
    let block = json!({"seats": ["A-1"], "reason": "because"});
    assert_eq!(ada.post(&format!("admin/events/{public}/block"), block).await.status, 403);
    assert_eq!(ada.post("check-ins", json!({"code": "x"})).await.status, 403);
    let mut door = stack.door(0, &public).await;
    assert_eq!(door.sign_in(&ada).await["code"], "forbidden");

    // A good signature over an account that is not there any more.
    let ghost = stack.crowd(1).await.remove(0);
    for path in ["auth/me", "admin/users", "admin/stats"] {
        assert_eq!(ghost.get(path).await.status, 401, "{path}");
    }
    assert_eq!(ghost.post("check-ins", json!({"code": "x"})).await.status, 401);
    assert_eq!(ghost.get("orders").await.body["items"], json!([]));
    assert!(ghost.post("auth/ws-ticket", json!({})).await.status < 500);
}

async fn a_socket_ticket_works_once_for_whoever_got_it(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let event = stack.event(2, |_| {}).await;
    let (ada, ben) = (stack.buyer(0).await, stack.buyer(0).await);
    let ticket = async |client: &TestClient| client.post("auth/ws-ticket", json!({})).await.body["ticket"].clone();
    let auth = |ticket: &Value| json!({"type": "auth", "ref": 1, "ticket": ticket});

    // Ten sockets at two servers with one ticket: it signs one of them in.
    let one = ticket(&ada).await;
    let sockets = join_all((0..10).map(|server| stack.socket(server, &event))).await;
    let tried = sockets.into_iter().map(async |mut socket| {
        let reply = socket.command(auth(&one)).await;
        (socket, reply)
    });
    let tried = join_all(tried).await;
    let won = tried.iter().filter(|(_, reply)| reply["ok"] == true).count();
    assert_eq!(won, 1, "a ticket works once");
    assert!(tried.iter().all(|(_, reply)| reply["ok"] == true || reply["code"] == "bad_ticket"));
    let (mut loser, _) = tried.into_iter().find(|(_, reply)| reply["ok"] != true).expect("a loser");
    let held = loser.command(json!({"type": "hold", "ref": 2, "seats": ["A-1"]})).await;
    assert_eq!(held["code"], "unauthorized", "who was not signed in holds nothing");

    // A socket is whoever's ticket it was, not whoever asked before.
    let mut socket = stack.socket_of(0, &event, &ada).await;
    let id = ben.get("auth/me").await.body["id"].clone();
    assert_eq!(socket.command(auth(&ticket(&ben).await)).await["user_id"], id);
    assert_eq!(socket.command(json!({"type": "hold", "ref": 3, "seats": ["A-2"]})).await["ok"], true);
    assert_eq!(ada.get(&format!("cart?event_id={event}")).await.body["seats"], json!([]), "Ben holds it");

    for nonsense in [json!(""), json!("x"), json!(ada.token), json!("a".repeat(10_000)), json!({"$gt": ""}), json!(1)] {
        let refused = socket.command(auth(&nonsense)).await;
        assert!(["bad_ticket", "bad_message"].iter().any(|code| refused["code"] == *code), "{nonsense}: {refused}");
    }
    let late = ticket(&ada).await;
    stack.advance(30_001);
    assert_eq!(stack.socket(0, &event).await.command(auth(&late)).await["code"], "bad_ticket", "half a minute later");
}
