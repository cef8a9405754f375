//! No network uses up a run: beyond its share its objects wait for the others.
//!
//! Which network an object came from is known once it was read. So what is over the share is read
//! twice at most: now, and when it is its turn.

use std::{collections::HashMap, net::IpAddr};

use crate::{Limits, parse::source_network};

/// Networks that are counted one by one; all others share a single allowance.
const MOST: usize = 100_000;

/// How much each network has loaded in this run.
#[derive(Debug)]
pub(super) struct Shares {
    /// Events that anybody may still load; costs nothing while there are any.
    free: u64,
    share: u64,
    used: HashMap<IpAddr, u64>,
    used_by_others: u64,
}

impl Shares {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            free: limits.free_events,
            share: limits.network_events,
            used: HashMap::new(),
            used_by_others: 0,
        }
    }

    /// The network that these events are to be counted for; an error when it has had its share.
    pub(super) fn admit(&self, text: &str) -> Result<Option<IpAddr>, IpAddr> {
        if self.free > 0 {
            return Ok(None);
        }
        let Some(network) = source_network(text) else {
            return Ok(None);
        };
        let used = match self.used.get(&network) {
            Some(&used) => used,
            None if self.used.len() < MOST => 0,
            None => self.used_by_others,
        };
        if used < self.share {
            Ok(Some(network))
        } else {
            Err(network)
        }
    }

    pub(super) fn count(&mut self, network: Option<IpAddr>, events: u64) {
        self.free = self.free.saturating_sub(events);
        let Some(network) = network else {
            return;
        };
        if self.used.contains_key(&network) || self.used.len() < MOST {
            *self.used.entry(network).or_default() += events;
        } else {
            self.used_by_others += events;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_a_share_once_what_is_free_is_used() {
        let from = |host: &str| format!(r#"{{"_ingest":{{"sourceIp":"{host}"}}}}"#);
        let (loud, quiet) = (from("203.0.113.9"), from("198.51.100.1"));
        let mut shares = Shares::new(&Limits {
            free_events: 100,
            network_events: 10,
            ..Limits::default()
        });
        for _ in 0..10 {
            assert_eq!(shares.admit(&loud), Ok(None));
            shares.count(None, 10);
        }
        let network = shares.admit(&loud).ok().flatten();
        assert!(network.is_some());
        shares.count(network, 10);
        assert!(shares.admit(&loud).is_err());
        assert!(shares.admit(&quiet).is_ok_and(|network| network.is_some()));
        assert_eq!(shares.admit("{}"), Ok(None), "not through the ingest");
    }
}
