//! The address of a client: the other end of the connection, or what trusted proxies say it is.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use frontrow_settings::Server;
use ipnet::IpNet;

use crate::app::App;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The other end of the connection, put into every request by the listener.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Who is asking, by address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Remote(pub(crate) IpAddr);

impl FromRequestParts<Arc<App>> for Remote {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        Ok(Self(from(&parts.extensions, &parts.headers, &app.settings.server)))
    }
}

fn from(extensions: &Extensions, headers: &HeaderMap, server: &Server) -> IpAddr {
    // Requests come through the listener; one that does not counts as nobody's, not as trusted.
    let peer = extensions.get().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |&Peer(peer)| peer);
    client(peer, headers, &server.trusted_proxies)
}

/// Every proxy appends the address that it saw. Read from the right, the first one that is no proxy of ours is the
/// client; what stands left of it, anybody may have written.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let is_proxy = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    if !is_proxy(&peer) {
        return peer;
    }
    let lines = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok());
    let hops: Vec<_> = lines
        .flat_map(|line| line.split(','))
        .map(|hop| hop.trim().parse::<IpAddr>().map(|hop| hop.to_canonical()))
        .collect();
    let mut nearest = peer;
    for hop in hops.into_iter().rev() {
        // Nonsense was written by a client, left of what our proxies know.
        let Ok(hop) = hop else { return nearest };
        nearest = hop;
        if !is_proxy(&hop) {
            break;
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let proxies = ["10.0.0.0/8".parse().unwrap(), "127.0.0.1/32".parse().unwrap()];
        client(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn only_what_our_proxies_wrote_is_believed() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9", "not a proxy of ours");
        assert_eq!(seen("10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            seen("10.1.2.3", &["1.1.1.1, 198.51.100.1, 10.9.9.9"]),
            "198.51.100.1",
            "1.1.1.1 is the client's word"
        );
        assert_eq!(seen("10.1.2.3", &["1.1.1.1", "198.51.100.1"]), "198.51.100.1", "several lines are one list");
        assert_eq!(seen("10.1.2.3", &[]), "10.1.2.3");
        assert_eq!(seen("10.1.2.3", &["nonsense, 10.4.4.4"]), "10.4.4.4");
        assert_eq!(seen("127.0.0.1", &["2001:db8::1"]), "2001:db8::1");
    }
}
