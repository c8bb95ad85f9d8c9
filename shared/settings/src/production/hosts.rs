//! What a connection URL says about where it leads. Only as much as the checks of production need: it must never be used to
//! connect.

use std::net::IpAddr;

/// The hosts of `scheme://user:password@host:port,host:port/path?options`, as one text; also of `host:port` alone.
fn authority_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// The host, or `None` where there is none or they are several that are not the same.
pub(super) fn host_of(url: &str) -> Option<&str> {
    let authority = authority_of(url);
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let mut names = hosts.split(',').map(|one| without_port(one.trim()));
    let first = names.next().filter(|name| !name.is_empty())?;
    names.all(|name| name == first).then_some(first)
}

fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    host.split(':').next().unwrap_or_default()
}

/// What stands before the `@` and has a password.
pub(super) fn user_of(url: &str) -> Option<&str> {
    let (user, _) = authority_of(url).rsplit_once('@')?;
    user.split_once(':').filter(|(_, password)| !password.is_empty()).map(|_| user)
}

/// The value of an option behind the `?`.
pub(super) fn option_of<'url>(url: &'url str, wanted: &str) -> Option<&'url str> {
    let (_, options) = url.split_once('?')?;
    let mut pairs = options.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| key.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
}

/// Whether a host is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_it_leads() {
        for (url, host) in [
            ("redis://127.0.0.1:6379/0", Some("127.0.0.1")),
            ("redis://:pass@redis.example.org:6379", Some("redis.example.org")),
            ("mongodb://u:p@127.0.0.1:1,127.0.0.1:2/?replicaSet=rs0", Some("127.0.0.1")),
            ("mongodb://127.0.0.1,db.example.org/", None),
            ("[::1]:9092", Some("::1")),
            ("https://tickets.example.org", Some("tickets.example.org")),
            ("https://", None),
            ("", None),
        ] {
            assert_eq!(host_of(url), host, "{url}");
        }
        assert!(is_loopback("LOCALHOST") && is_loopback("127.9.9.9") && is_loopback("::1"));
        assert!(!is_loopback("127.0.0.1.example.org") && !is_loopback("10.0.0.1"));
    }

    #[test]
    fn a_url_says_who_and_how() {
        assert_eq!(user_of("redis://:secret@host"), Some(":secret"));
        assert_eq!(user_of("redis://user@host"), None, "no password");
        assert_eq!(user_of("redis://host/?a=b:c@d"), None);
        assert_eq!(option_of("mongodb://h/?tls=true&replicaSet=rs0", "replicaset"), Some("rs0"));
        assert_eq!(option_of("mongodb://h/", "tls"), None);
    }
}
