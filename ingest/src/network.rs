//! Addresses by their networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The network that an address belongs to: its /24, or its /48. An IPv4 address that is spelt as an
/// IPv6 one is still one of IPv4.
#[must_use]
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}
