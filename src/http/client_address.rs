use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{HeaderMap, HeaderName, uri::Scheme};
use poem::Request;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address a request comes from: the connection's other end, or behind so many proxies what the outermost of them
/// says it is; `None` where there is none, as over a Unix socket.
///
/// What stands further left in `X-Forwarded-For` anybody may have written. Of IPv6 the first 64 bits: a client has the
/// others to itself.
pub(crate) fn client_address(request: &Request, proxies: u8) -> Option<IpAddr> {
    address(request.remote_addr().as_socket_addr(), request.headers(), proxies)
}

/// Did a request come over TLS? What ends TLS in front of the program is not seen here.
pub(crate) fn is_over_tls(request: &Request) -> bool {
    *request.scheme() == Scheme::HTTPS
}

fn address(remote: Option<&SocketAddr>, headers: &HeaderMap, proxies: u8) -> Option<IpAddr> {
    let forwarded = if proxies == 0 { None } else { forwarded_for(headers, proxies) };
    forwarded.or(remote.map(SocketAddr::ip)).map(network)
}

/// What the outermost of so many proxies heard from; `None` where fewer have written there.
fn forwarded_for(headers: &HeaderMap, proxies: u8) -> Option<IpAddr> {
    let lines: Vec<&str> =
        headers.get_all(X_FORWARDED_FOR).iter().map(|line| line.to_str().unwrap_or_default()).collect();
    let address = lines.iter().rev().flat_map(|line| line.rsplit(',')).nth(usize::from(proxies) - 1)?.trim();
    let bare = || address.parse().ok();
    let with_port = || address.parse().ok().map(|address: SocketAddr| address.ip());
    let bracketed = || address.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare().or_else(with_port).or_else(bracketed)
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(remote: &str, forwarded: &[&str], proxies: u8) -> Option<String> {
        let headers = forwarded.iter().map(|line| (X_FORWARDED_FOR, line.parse().expect("a header"))).collect();
        super::address(remote.parse().ok().as_ref(), &headers, proxies).map(|address| address.to_string())
    }

    #[test]
    fn without_proxies_nobodys_word_is_taken() {
        assert_eq!(address("10.0.0.1:80", &["1.2.3.4"], 0).as_deref(), Some("10.0.0.1"));
        assert_eq!(address("", &["1.2.3.4"], 0), None);
    }

    #[test]
    fn behind_proxies_what_the_outermost_one_heard() {
        let behind = |forwarded: &[&str], proxies| address("10.0.0.1:80", forwarded, proxies).expect("an address");
        assert_eq!(behind(&["6.6.6.6, 1.2.3.4"], 1), "1.2.3.4");
        assert_eq!(behind(&["6.6.6.6, 1.2.3.4, 10.0.0.2"], 2), "1.2.3.4");
        assert_eq!(behind(&["6.6.6.6", "1.2.3.4,10.0.0.2"], 2), "1.2.3.4");
        assert_eq!(behind(&["6.6.6.6, 1.2.3.4:5678"], 1), "1.2.3.4");
        assert_eq!(behind(&["[2001:db8::7:1]:80"], 1), "2001:db8::");
        assert_eq!(behind(&["[2001:db8::7:1]"], 1), "2001:db8::");
        assert_eq!(behind(&["::ffff:1.2.3.4"], 1), "1.2.3.4");
        // a request that went past them, and what is no address
        for forwarded in [&[][..], &["1.2.3.4"], &["6.6.6.6, nonsense, 1.2.3.4"], &["", ""]] {
            assert_eq!(behind(forwarded, 2), "10.0.0.1", "{forwarded:?}");
        }
    }
}
