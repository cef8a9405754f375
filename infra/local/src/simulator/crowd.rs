//! Who visits: strangers, and those who were there before.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::browser::Browser;
use super::dice::Dice;

/// How many are remembered; the longest away are forgotten.
const REMEMBERED: usize = 20_000;
const RETURNING: f64 = 0.45;
const WITH_ACCOUNT: f64 = 0.4;

/// How an account came about.
const IDENTITIES: &[(f64, &str)] = &[
    (0.6, "cognito_email"),
    (0.3, "cognito_google"),
    (0.1, "cognito_facebook"),
];

/// An account at the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) user_id: Arc<str>,
    pub(super) identity: &'static str,
}

/// Somebody with a browser.
#[derive(Debug, Clone)]
pub(super) struct Shopper {
    pub(super) client_id: Arc<str>,
    pub(super) browser: Browser,
    pub(super) account: Option<Account>,
    /// Whether the last visit left the account logged in.
    pub(super) logged_in: bool,
    /// How much they like each category.
    pub(super) tastes: Vec<f64>,
    pub(super) was_here: bool,
    /// The end of the last visit: nobody is in two places.
    pub(super) away_from: DateTime<Utc>,
}

/// Everybody who was ever there, the latest last.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    known: VecDeque<Shopper>,
}

impl Crowd {
    /// Somebody comes in. Hand them back with [`Self::leaves`].
    pub(super) fn arrives(
        &mut self,
        dice: &mut Dice,
        at: DateTime<Utc>,
        popularity: &[f64],
    ) -> Shopper {
        if dice.chance(RETURNING) && !self.known.is_empty() {
            // Those who were there lately come back most.
            let skew = dice.unit().powi(3);
            let back = scaled(skew, self.known.len());
            let index = self.known.len() - 1 - back;
            if self.known[index].away_from < at
                && let Some(shopper) = self.known.remove(index)
            {
                return shopper;
            }
        }
        let account = dice.chance(WITH_ACCOUNT).then(|| Account {
            user_id: dice.token("us").into(),
            identity: dice.pick(IDENTITIES),
        });
        Shopper {
            client_id: dice.token("c").into(),
            browser: Browser::any(dice),
            account,
            logged_in: false,
            tastes: popularity
                .iter()
                .map(|weight| weight * dice.between(0.2, 1.8))
                .collect(),
            was_here: false,
            away_from: at,
        }
    }

    /// They go, and may come again.
    pub(super) fn leaves(&mut self, mut shopper: Shopper, at: DateTime<Utc>) {
        shopper.was_here = true;
        shopper.away_from = at;
        if self.known.len() == REMEMBERED {
            self.known.pop_front();
        }
        self.known.push_back(shopper);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "counts here are far below 2^52, and the share is in 0..1"
)]
fn scaled(share: f64, count: usize) -> usize {
    ((share * count as f64) as usize).min(count.saturating_sub(1))
}
