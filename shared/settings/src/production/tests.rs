//! Every unsafe setting is refused by its name; what a small theatre and a cluster need is not.

use figment::Figment;
use figment::providers::{Format as _, Toml};

use super::check_environment;
use crate::{BadSettings, DEFAULTS, Settings};

/// One server behind a TLS proxy on the same machine.
const THEATRE: &str = "profile = \"production\"
    [server]\npublic_url = \"https://tickets.example.org\"\ntrusted_proxies = [\"127.0.0.1/32\"]
    [mail]\ntransport = \"smtp\"\nsmtp_url = \"smtps://mail.example.org\"\nfrom = \"Tickets <tickets@example.org>\"
    [payments]\napi_key = \"4YpRs8mVt2qWx6zAb1cDe3fG\"\nwebhook_secret = \"9hJkLmNoPqRsTuVwXyZ12345\"";

/// Servers in a network of their own.
const CLUSTER: &str = "engine = \"cluster\"
    [server]\naddr = \"0.0.0.0:8080\"\nprivate_network = true\ntrusted_proxies = [\"10.1.0.0/16\"]
    allowed_origins = [\"https://shop.example.org\"]
    [redis]\nurl = \"redis://:Zr5kP@redis.internal:6379/0\"
    [mongo]\nurl = \"mongodb://app:Zr5kP@a.internal,b.internal/?replicaSet=rs0&authSource=admin\"
    [kafka]\nbrokers = \"a.internal:9092,b.internal:9092\"
    [payments]\nurl = \"http://payments.internal:8090\"";

/// The second overrides the first, and so on.
fn load(texts: &[&str]) -> Result<Settings, BadSettings> {
    let sources = texts.iter().fold(Figment::from(Toml::string(DEFAULTS)), |all, text| all.merge(Toml::string(text)));
    Settings::from_sources(&sources)
}

#[test]
fn what_people_need_is_not_refused() {
    assert!(load(&[THEATRE]).expect("a small theatre").cookies_are_secure());
    load(&[THEATRE, CLUSTER]).expect("a cluster");
    let with_tls = "[server]\nprivate_network = false
        [redis]\nurl = \"redis://127.0.0.1:6379\"
        [mongo]\nurl = \"mongodb+srv://app:Zr5kP@db.example.org/\"
        [kafka]\nbrokers = \"localhost:9092\"
        [payments]\nurl = \"http://[::1]:8090\"";
    load(&[THEATRE, CLUSTER, with_tls]).expect("tunnels on this machine, and TLS to MongoDB");
    load(&[THEATRE, "[limits]\ntrusted_addresses = [\"203.0.113.7\"]"]).expect("the box office");
    load(&[THEATRE, "[mail]\nsmtp_url = \"smtp://127.0.0.1:25\""]).expect("a mail server on this machine");
    load(&[THEATRE, "[mail]\nsmtp_url = \"smtp://u:p@mail.example.org:587?tls=required\""]).expect("STARTTLS");
}

#[test]
fn what_is_unsafe_is_refused_by_its_name() {
    for (text, named) in [
        ("[auth]\nsecure_cookies = \"never\"", "auth.secure_cookies"),
        ("[server]\nallowed_origins = [\"*\"]", "\"*\" lets every page in"),
        ("[server]\nallowed_origins = [\"https://*.example.org\"]", "\"*\" lets every page in"),
        ("[server]\nallowed_origins = [\"http://shop.example.org\"]", "http://shop.example.org must be https://"),
        ("[server]\nallowed_origins = [\"https://shop.example.org/\"]", "nothing more"),
        ("[server]\nallowed_origins = [\"null\"]", "null must be https://"),
        ("[server]\npublic_url = \"http://tickets.example.org\"", "server.public_url must be the https://"),
        ("[server]\npublic_url = \"\"", "server.public_url must be the https://"),
        ("[server]\npublic_url = \"https://localhost:8443\"", "server.public_url is this machine's own"),
        ("[server]\ntrusted_proxies = [\"0.0.0.0/0\"]", "0.0.0.0/0 lets strangers"),
        ("[server]\ntrusted_proxies = [\"::/0\"]", "::/0 lets strangers"),
        ("[server]\ntrusted_proxies = []", "server.trusted_proxies must name the proxy"),
        ("[limits]\ntrusted_addresses = [\"127.0.0.1\"]", "limits.trusted_addresses: 127.0.0.1"),
        ("[limits]\ntrusted_addresses = [\"0.0.0.0\"]", "limits.trusted_addresses: 0.0.0.0"),
        ("[mail]\ntransport = \"file\"", "mail.transport"),
        ("[mail]\nsmtp_url = \"smtp://mail.example.org:25\"", "mail.smtp_url must be smtps://"),
        ("[mail]\nsmtp_url = \"smtp://mail.example.org:25?tls=opportunistic\"", "mail.smtp_url must be smtps://"),
        ("[mail]\nfrom = \"Frontrow <tickets@frontrow.test>\"", "mail.from"),
        ("[payments]\napi_key = \"frontrow-development-payment-key\"", "payments.api_key"),
        ("[payments]\nwebhook_secret = \"short\"", "payments.webhook_secret must be a random"),
        (
            "[payments]\nwebhook_secret = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
            "payments.webhook_secret must be a random",
        ),
        ("[payments]\nwebhook_secret = \"4YpRs8mVt2qWx6zAb1cDe3fG\"", "another one than payments.api_key"),
        ("[payments]\nurl = \"http://payments.example.org\"", "payments.url is reached without TLS"),
        ("[limits]\nlogins_per_minute = 100000", "limits.logins_per_minute = 100000"),
        ("[limits]\nfailed_logins_per_minute = 1000", "limits.failed_logins_per_minute"),
        ("[limits]\naccount_requests_per_s = 100000", "limits.account_requests_per_s"),
        ("[limits]\nsocket_commands_burst = 100000", "limits.socket_commands_burst"),
        ("[limits]\nhold_seat_minutes = 1000000", "limits.hold_seat_minutes = "),
        ("[auth]\naccess_ttl_s = 86400", "auth.access_ttl_s"),
        ("[auth]\nrefresh_ttl_s = 31536000", "auth.refresh_ttl_s"),
        ("[auth]\nsocket_ticket_ttl_s = 3600", "auth.socket_ticket_ttl_s"),
        ("[auth]\npassword_reset_ttl_s = 604800", "auth.password_reset_ttl_s"),
    ] {
        let refused = load(&[THEATRE, text]).expect_err(text).to_string();
        assert!(refused.contains(named), "{text}: {refused}");
        assert_eq!(refused.matches("; ").count(), 0, "one mistake, one refusal: {refused}");
    }
}

#[test]
fn unsafe_engines_are_refused_by_their_names() {
    for (text, named) in [
        ("[redis]\nurl = \"redis://redis.internal:6379/0\"", "redis.url must have a password"),
        ("[mongo]\nurl = \"mongodb://a.internal/?replicaSet=rs0\"", "mongo.url must have a password"),
        ("[mongo]\nurl = \"mongodb://app:Zr5kP@a.internal/\"", "mongo.url must name its replica set"),
        ("[mongo]\nurl = \"mongodb://app:Zr5kP@a.internal/?replicaSet=rs0&w=1\"", "mongo.url weakens its writes"),
        (
            "[mongo]\nurl = \"mongodb://app:Zr5kP@a.internal/?replicaSet=rs0&tls=true&tlsInsecure=true\"",
            "mongo.url believes every certificate",
        ),
    ] {
        let refused = load(&[THEATRE, CLUSTER, text]).expect_err(text).to_string();
        assert!(refused.contains(named) && !refused.contains("; "), "{text}: {refused}");
    }
    let refused = load(&[THEATRE, CLUSTER, "[server]\nprivate_network = false"]).expect_err("no TLS").to_string();
    for key in ["redis.url", "mongo.url", "kafka.brokers", "payments.url"] {
        assert!(refused.contains(&format!("{key} is reached without TLS")), "{refused}");
    }
}

#[test]
fn what_is_for_tests_is_refused_in_the_environment() {
    let check = |names: &[&str]| check_environment(names.iter().map(|&name| name.to_owned()));
    check(&["PATH", "FRONTROW_CONFIG", "FRONTROW__SERVER__ADDR", "FRONTROW_TEST_REDIS"]).expect("nothing of tests");
    for name in ["FRONTROW_FAILPOINT", "FRONTROW_FAILPOINTS", "FRONTROW_MUTANT"] {
        let refused = check(&["PATH", name]).expect_err(name).to_string();
        assert!(refused.contains(&format!("{name} is set")), "{refused}");
    }
}
