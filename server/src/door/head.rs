//! What a request's head must not be. The HTTP library refuses what it cannot parse; here is what can be parsed and yet be
//! understood in two ways, by a proxy in one and by us in the other.

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Version, header};

use crate::http::problem::{Answer, Problem};
use frontrow_domain::codes::ErrorCode;

/// One host, the same wherever it is named (RFC 9112, section 3.2).
pub(super) fn check(request: &Request) -> Answer<()> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host,
        (None, None) if request.version() < Version::HTTP_11 => return Ok(()),
        _ => return Err(bad("a request names its host once")),
    };
    let Some(host) = authority(host) else { return Err(bad("the host is no host")) };
    match request.uri().authority() {
        Some(other) if *other != host => Err(bad("the request is for one host and names another")),
        _ => Ok(()),
    }
}

fn authority(host: &HeaderValue) -> Option<Authority> {
    let host: Authority = host.to_str().ok()?.parse().ok()?;
    // Whoever puts a name and a password there wants to be taken for somebody else.
    (!host.as_str().contains('@')).then_some(host)
}

fn bad(detail: &str) -> Problem {
    Problem::new(ErrorCode::BadRequest, detail)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn is_fine(uri: &str, version: Version, hosts: &[&str]) -> bool {
        let mut request = Request::builder().uri(uri).version(version);
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        check(&request.body(Body::empty()).unwrap()).is_ok()
    }

    #[test]
    fn a_request_is_for_one_host() {
        let newer = Version::HTTP_11;
        assert!(is_fine("/", newer, &["tickets.example.org:8080"]));
        assert!(is_fine("/", newer, &["[::1]:8080"]));
        assert!(is_fine("/", Version::HTTP_10, &[]), "it had no hosts");
        assert!(is_fine("http://tickets.example.org/", newer, &["Tickets.example.org"]), "as one asks a proxy");
        assert!(!is_fine("/", newer, &[]));
        assert!(!is_fine("/", newer, &["a.example.org", "b.example.org"]));
        assert!(!is_fine("/", newer, &["a b"]));
        assert!(!is_fine("/", newer, &["me@a.example.org"]));
        assert!(!is_fine("http://evil.example.org/", newer, &["tickets.example.org"]));
    }
}
