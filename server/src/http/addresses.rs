//! How many there are from one address. A network of IPv6 is one address here: whoever has one has all 2^64 of it.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use ipnet::IpNet;

/// What an address counts as.
pub(crate) fn subnet(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
    }
}

/// Counts whoever is there, by address.
pub(crate) struct Crowds {
    present: DashMap<IpAddr, usize>,
    most: usize,
    exempt: Vec<IpNet>,
}

/// Somebody who is there until this is dropped.
pub(crate) struct Present {
    crowds: Arc<Crowds>,
    /// `None`: nobody counts.
    subnet: Option<IpAddr>,
}

impl Crowds {
    pub(crate) fn new(most: usize, exempt: Vec<IpNet>) -> Arc<Self> {
        Arc::new(Self { present: DashMap::new(), most, exempt })
    }

    /// `None`: there are enough from this address.
    pub(crate) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Present> {
        let address = address.to_canonical();
        if self.exempt.iter().any(|network| network.contains(&address)) {
            return Some(Present { crowds: Arc::clone(self), subnet: None });
        }
        let subnet = subnet(address);
        let mut count = self.present.entry(subnet).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Present { crowds: Arc::clone(self), subnet: Some(subnet) })
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let Some(subnet) = self.subnet else { return };
        if let Entry::Occupied(mut count) = self.crowds.present.entry(subnet) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_room_for_so_many_and_another_one_for_as_many_more() {
        let crowds = Crowds::new(2, vec!["127.0.0.1/32".parse().unwrap()]);
        let first = crowds.enter(address("203.0.113.9"));
        let second = crowds.enter(address("::ffff:203.0.113.9"));
        assert!(first.is_some() && second.is_some());
        assert!(crowds.enter(address("203.0.113.9")).is_none(), "two are there, however they are written");
        assert!(crowds.enter(address("203.0.113.10")).is_some());
        drop(first);
        assert!(crowds.enter(address("203.0.113.9")).is_some());
        drop(second);
        assert!(crowds.present.is_empty(), "nobody is remembered who is not there");
        let trusted: Vec<_> = (0..5).map(|_| crowds.enter(address("127.0.0.1"))).collect();
        assert!(trusted.iter().all(Option::is_some));
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        assert_eq!(subnet(address("2001:db8:1:2:3:4:5:6")), address("2001:db8:1:2::"));
        assert_ne!(subnet(address("2001:db8:1:2::1")), subnet(address("2001:db8:1:3::1")));
        assert_eq!(subnet(address("198.51.100.7")), address("198.51.100.7"));
    }
}
