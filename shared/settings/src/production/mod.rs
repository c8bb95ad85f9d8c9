//! What the production profile refuses: everything that is fine on a developer's machine only.
//!
//! Every refusal says what to do. All of them are found at once, so that nobody starts ten times. It must never refuse what a
//! small theatre needs: one embedded server behind a TLS proxy on the same machine.

mod hosts;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::{BadSettings, Engine, MailTransport, Settings};
use hosts::{host_of, is_loopback, option_of, user_of};

/// Of a shorter secret the last character could be guessed.
const MIN_SECRET_CHARS: usize = 24;
/// A secret of fewer different characters was typed, not drawn.
const MIN_SECRET_VARIETY: usize = 8;
/// A wider network of proxies is one in which strangers live.
const MIN_PROXY_PREFIX: (u8, u8) = (8, 32);
/// Variables with such a beginning break a process on purpose.
const OF_TESTS: [&str; 2] = ["FRONTROW_FAILPOINT", "FRONTROW_MUTANT"];

type Refusals = Vec<String>;

/// What is not fit for production, all of it, in words that say what to do.
pub(super) fn check(settings: &Settings) -> Result<(), BadSettings> {
    let mut refusals = Refusals::new();
    check_addresses(settings, &mut refusals);
    check_origins(&settings.server.allowed_origins, &mut refusals);
    check_secrets(settings, &mut refusals);
    check_mail(settings, &mut refusals);
    check_limits(settings, &mut refusals);
    check_lifetimes(settings, &mut refusals);
    check_plain_line("payments.url", &settings.payments.url, settings, &mut refusals);
    if settings.engine == Engine::Cluster {
        check_engines(settings, &mut refusals);
    }
    refused(&refusals)
}

/// The same of the environment: `names` are those of its variables.
pub(super) fn check_environment(names: impl Iterator<Item = String>) -> Result<(), BadSettings> {
    let of_tests = names.filter(|name| OF_TESTS.iter().any(|beginning| name.starts_with(beginning)));
    let refusals: Refusals = of_tests.map(|name| format!("{name} is set, which is for tests only: unset it")).collect();
    refused(&refusals)
}

fn refused(refusals: &[String]) -> Result<(), BadSettings> {
    if refusals.is_empty() { Ok(()) } else { Err(BadSettings(format!("not in production: {}", refusals.join("; ")))) }
}

fn check_addresses(settings: &Settings, refusals: &mut Refusals) {
    let (server, limits) = (&settings.server, &settings.limits);
    if !server.public_url.starts_with("https://") {
        refusals.push("server.public_url must be the https:// address that people use".into());
    }
    if host_of(&server.public_url).is_some_and(is_loopback) {
        refusals.push("server.public_url is this machine's own name: links in mails would lead nowhere".into());
    }
    for network in server.trusted_proxies.iter().filter(|network| is_too_wide(network)) {
        refusals
            .push(format!("server.trusted_proxies: {network} lets strangers say who they are, name the proxy's own"));
    }
    if server.addr.ip().is_loopback() && server.trusted_proxies.is_empty() {
        refusals.push(
            "server.trusted_proxies must name the proxy (127.0.0.1/32 on this machine): everybody comes from it, and \
             would share its limits"
                .into(),
        );
    }
    let exempt = |address: &&std::net::IpAddr| {
        address.is_loopback()
            || address.is_unspecified()
            || server.trusted_proxies.iter().any(|network| network.contains(*address))
    };
    for address in limits.trusted_addresses.iter().filter(exempt) {
        refusals.push(format!("limits.trusted_addresses: {address} is a proxy's, without limits for who is behind it"));
    }
}

fn is_too_wide(network: &IpNet) -> bool {
    match network {
        IpNet::V4(network) => network.prefix_len() < MIN_PROXY_PREFIX.0,
        IpNet::V6(network) => network.prefix_len() < MIN_PROXY_PREFIX.1,
    }
}

fn check_origins(origins: &[String], refusals: &mut Refusals) {
    for origin in origins {
        if origin.contains('*') {
            refusals.push("server.allowed_origins must name origins, \"*\" lets every page in".into());
        } else if !origin.starts_with("https://") || host_of(origin).is_none() || origin.matches('/').count() != 2 {
            let shape = "must be https://host or https://host:port and nothing more";
            refusals.push(format!("server.allowed_origins: {origin} {shape}"));
        }
    }
}

fn check_secrets(settings: &Settings, refusals: &mut Refusals) {
    if !settings.cookies_are_secure() {
        refusals.push("auth.secure_cookies = \"never\" would send refresh tokens in the clear".into());
    }
    let payments = &settings.payments;
    for (key, secret) in [("api_key", &payments.api_key), ("webhook_secret", &payments.webhook_secret)] {
        let variety = secret.chars().collect::<BTreeSet<_>>().len();
        let is_weak = secret.len() < MIN_SECRET_CHARS || variety < MIN_SECRET_VARIETY;
        if is_weak || secret.starts_with("frontrow-development") {
            refusals.push(format!(
                "payments.{key} must be a random secret of its own of {MIN_SECRET_CHARS} characters or more"
            ));
        }
    }
    if payments.api_key == payments.webhook_secret {
        refusals.push("payments.webhook_secret must be another one than payments.api_key".into());
    }
}

fn check_mail(settings: &Settings, refusals: &mut Refusals) {
    let mail = &settings.mail;
    if mail.transport == MailTransport::File {
        refusals.push("mail.transport = \"file\" sends no mail, use \"smtp\" and set mail.smtp_url".into());
        return;
    }
    let is_local = host_of(&mail.smtp_url).is_some_and(is_loopback);
    let is_tls = mail.smtp_url.starts_with("smtps://") || option_of(&mail.smtp_url, "tls") == Some("required");
    if !is_local && !is_tls {
        refusals.push("mail.smtp_url must be smtps://, or end with ?tls=required: mails carry one-time links".into());
    }
    if mail.from.trim_end_matches('>').rsplit('.').next() == Some("test") {
        refusals.push("mail.from must be an address of yours, \".test\" is nobody's".into());
    }
}

/// Limits so high that they are none.
fn check_limits(settings: &Settings, refusals: &mut Refusals) {
    let limits = &settings.limits;
    for (key, value, most) in [
        ("limits.socket_commands_per_s", limits.socket_commands_per_s, 200),
        ("limits.socket_commands_burst", limits.socket_commands_burst, 1_000),
        ("limits.account_requests_per_s", limits.account_requests_per_s, 1_000),
        ("limits.account_requests_burst", limits.account_requests_burst, 5_000),
        ("limits.logins_per_minute", limits.logins_per_minute, 600),
        ("limits.failed_logins_per_minute", limits.failed_logins_per_minute, 60),
        ("limits.mails_per_hour", limits.mails_per_hour, 100),
        ("limits.hold_seat_minutes", limits.hold_seat_minutes, 10_000),
        ("limits.hold_seat_minutes_per_address", limits.hold_seat_minutes_per_address, 200_000),
        ("limits.socket_openings_per_s", limits.socket_openings_per_s, 5_000),
        ("limits.socket_openings_burst", limits.socket_openings_burst, 50_000),
    ] {
        if value > most {
            refusals.push(format!("{key} = {value} is no limit, set {most} or less"));
        }
    }
    if limits.hold_budget_window_s < 3_600 {
        refusals.push("limits.hold_budget_window_s must be an hour or more: hold budgets come back in it".into());
    }
}

/// Secrets that outlive the moment they are for.
fn check_lifetimes(settings: &Settings, refusals: &mut Refusals) {
    let auth = &settings.auth;
    for (key, value, most) in [
        ("auth.access_ttl_s", auth.access_ttl_s, 3_600),
        ("auth.refresh_ttl_s", auth.refresh_ttl_s, 90 * 86_400),
        ("auth.socket_ticket_ttl_s", auth.socket_ticket_ttl_s, 300),
        ("auth.password_reset_ttl_s", auth.password_reset_ttl_s, 86_400),
        ("auth.email_verification_ttl_s", auth.email_verification_ttl_s, 14 * 86_400),
    ] {
        if value > most {
            refusals.push(format!("{key} = {value} keeps a stolen one useful for too long, set {most} or less"));
        }
    }
}

fn check_engines(settings: &Settings, refusals: &mut Refusals) {
    let (redis, mongo) = (&settings.redis.url, &settings.mongo.url);
    for (key, url) in [("redis.url", redis), ("mongo.url", mongo)] {
        if !host_of(url).is_some_and(is_loopback) && user_of(url).is_none() {
            refusals.push(format!("{key} must have a password unless it is on this machine"));
        }
    }
    if option_of(mongo, "replicaSet").is_none() && !mongo.starts_with("mongodb+srv://") {
        refusals.push("mongo.url must name its replica set, with ?replicaSet=NAME: sales are transactions".into());
    }
    if matches!(option_of(mongo, "w"), Some("0" | "1")) || option_of(mongo, "journal") == Some("false") {
        refusals.push("mongo.url weakens its writes: leave w and journal out, sales must survive a crash".into());
    }
    check_plain_line("redis.url", redis, settings, refusals);
    let encrypted =
        mongo.starts_with("mongodb+srv://") || ["tls", "ssl"].map(|key| option_of(mongo, key)).contains(&Some("true"));
    if !encrypted {
        check_plain_line("mongo.url", mongo, settings, refusals);
    }
    if ["tlsInsecure", "tlsAllowInvalidCertificates"].iter().any(|key| option_of(mongo, key) == Some("true")) {
        refusals.push("mongo.url believes every certificate: name the right one with tlsCAFile".into());
    }
    for broker in settings.kafka.brokers.split(',') {
        check_plain_line("kafka.brokers", broker, settings, refusals);
    }
}

/// Servers speak to Redis, Kafka and the payment provider without TLS, which is for one machine, or for a network that
/// somebody says is their own.
fn check_plain_line(key: &str, url: &str, settings: &Settings, refusals: &mut Refusals) {
    if settings.server.private_network || host_of(url).is_some_and(is_loopback) {
        return;
    }
    refusals.push(format!(
        "{key} is reached without TLS: keep it on this machine, or set server.private_network = true if nobody else can \
         listen on the way"
    ));
}
