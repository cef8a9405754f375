//! Prices and quantities: whole numbers, computed on decimal digits, because a 64-bit float
//! cannot hold every BIGINT.

use super::text::clean;

/// The highest price. One forged event must not be the shop's revenue.
const HIGHEST_PRICE: i64 = 100_000_000_000;
/// The highest quantity; more is a mistake.
const HIGHEST_QUANTITY: i32 = 10_000;

/// A price in whole VND; `None` beyond 100,000,000,000.
#[must_use]
pub fn price(text: &str) -> Option<i64> {
    whole(text).filter(|&price| price <= HIGHEST_PRICE)
}

/// How many of a product; `None` for none, and for more than 10,000.
#[must_use]
pub fn quantity(text: &str) -> Option<i32> {
    count(text).filter(|quantity| (1..=HIGHEST_QUANTITY).contains(quantity))
}

/// Whether so many at this price cost no more than anything may.
#[must_use]
pub fn is_affordable(quantity: i32, price: Option<i64>) -> bool {
    price.unwrap_or(0).saturating_mul(i64::from(quantity)) <= HIGHEST_PRICE
}

/// How many there are of something.
#[must_use]
pub fn count(text: &str) -> Option<i32> {
    whole(text).and_then(|count| i32::try_from(count).ok())
}

/// A number in any JSON or decimal spelling, rounded half away from zero.
/// `None` for what is no number, negative, or beyond BIGINT.
fn whole(text: &str) -> Option<i64> {
    let text = clean(text, usize::MAX)?;
    // Nearly all prices: "1990000".
    if text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    Decimal::read(&text)?.rounded()
}

/// `digits × 10^exponent`, with a sign.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn read(text: &str) -> Option<Self> {
        let (negative, text) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], exponent(&text[at + 1..])?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let fraction_len = i64::try_from(fraction.len()).ok()?;
        Some(Self {
            negative,
            digits,
            exponent: exponent.saturating_sub(fraction_len),
        })
    }

    fn rounded(self) -> Option<i64> {
        let start = self.digits.iter().position(|&d| d != b'0');
        let Some(start) = start else {
            return Some(0); // Zero, and minus zero, which is not negative.
        };
        if self.negative {
            return None;
        }
        let digits = &self.digits[start..];
        // How many of the digits stand before the decimal point.
        let whole = i64::try_from(digits.len())
            .ok()?
            .saturating_add(self.exponent);
        if whole > 19 {
            return None;
        }
        if whole < 0 {
            return Some(0);
        }
        let whole = usize::try_from(whole).ok()?;
        let digit = |at: usize| digits.get(at).map_or(0, |d| i64::from(d - b'0'));
        let mut value: i64 = 0;
        for at in 0..whole {
            value = value.checked_mul(10)?.checked_add(digit(at))?;
        }
        value.checked_add(i64::from(digit(whole) >= 5))
    }
}

/// An exponent too long for 64 bits is as good as the largest.
fn exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let far = if text.starts_with('-') {
        i64::MIN / 2
    } else {
        i64::MAX / 2
    };
    Some(
        text.parse()
            .unwrap_or(far)
            .clamp(i64::MIN / 2, i64::MAX / 2),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::{count, is_affordable, price, quantity, whole};

    #[rstest]
    #[case::plain("1990000", Some(1_990_000))]
    #[case::zero("0", Some(0))]
    #[case::minus_zero("-0", Some(0))]
    #[case::minus_zero_fraction("-0.000e9", Some(0))]
    #[case::down("1990000.49", Some(1_990_000))]
    #[case::half_up("1990000.5", Some(1_990_001))]
    #[case::half("0.5", Some(1))]
    #[case::under_half("0.49999999999999999999", Some(0))]
    #[case::tiny("5e-2", Some(0))]
    #[case::very_tiny("1e-400", Some(0))]
    #[case::exponent("1.99e6", Some(1_990_000))]
    #[case::exponent_rounds("12345e-1", Some(1_235))]
    #[case::leading_zeros("00017", Some(17))]
    #[case::plus("+17", Some(17))]
    #[case::no_whole(".5", Some(1))]
    #[case::no_fraction("5.", Some(5))]
    #[case::spaces(" 5\u{0} ", Some(5))]
    #[case::biggest("9223372036854775807", Some(i64::MAX))]
    #[case::biggest_and_a_bit("9223372036854775807.4", Some(i64::MAX))]
    #[case::rounds_over("9223372036854775807.5", None)]
    #[case::one_too_many("9223372036854775808", None)]
    #[case::huge("1e400", None)]
    #[case::absurd("1e99999999999999999999", None)]
    #[case::absurdly_small("1e-99999999999999999999", Some(0))]
    #[case::negative("-1", None)]
    #[case::slightly_negative("-0.4", None)]
    #[case::nan("NaN", None)]
    #[case::infinity("Infinity", None)]
    #[case::thousands("1,990,000", None)]
    #[case::currency("1990000 ₫", None)]
    #[case::boolean("true", None)]
    #[case::hex("0x10", None)]
    #[case::no_digits("e5", None)]
    #[case::bare_exponent("5e", None)]
    #[case::two_points("1.2.3", None)]
    #[case::sign_only("-", None)]
    #[case::empty("", None)]
    fn a_number_is_whole(#[case] text: &str, #[case] expected: Option<i64>) {
        assert_eq!(whole(text), expected);
    }

    #[rstest]
    #[case("1990000.5", Some(1_990_001))]
    #[case("100000000000", Some(100_000_000_000))]
    #[case("100000000000.4", Some(100_000_000_000))]
    #[case("100000000001", None)]
    #[case("9223372036854775807", None)]
    fn a_price_has_an_upper_limit(#[case] text: &str, #[case] expected: Option<i64>) {
        assert_eq!(price(text), expected);
    }

    #[rstest]
    #[case("1", Some(1))]
    #[case("2.0", Some(2))]
    #[case("10000", Some(10_000))]
    #[case("10001", None)]
    #[case("0", None)]
    #[case("0.4", None)]
    #[case("-1", None)]
    #[case("two", None)]
    fn a_quantity_is_some_and_not_absurd(#[case] text: &str, #[case] expected: Option<i32>) {
        assert_eq!(quantity(text), expected);
    }

    #[rstest]
    #[case::no_price(10_000, None, true)]
    #[case::at_the_limit(1_000, Some(100_000_000), true)]
    #[case::above(1_001, Some(100_000_000), false)]
    #[case::one(1, Some(100_000_000_000), true)]
    #[case::two(2, Some(100_000_000_000), false)]
    fn so_many_must_be_affordable(
        #[case] quantity: i32,
        #[case] price: Option<i64>,
        #[case] expected: bool,
    ) {
        assert_eq!(is_affordable(quantity, price), expected);
    }

    #[rstest]
    #[case("0", Some(0))]
    #[case("2147483647", Some(i32::MAX))]
    #[case("2147483648", None)]
    fn a_count_may_be_none(#[case] text: &str, #[case] expected: Option<i32>) {
        assert_eq!(count(text), expected);
    }

    proptest! {
        #[test]
        fn every_bigint_survives(value in 0..=i64::MAX) {
            prop_assert_eq!(whole(&value.to_string()), Some(value));
        }

        #[test]
        #[expect(clippy::cast_possible_truncation, reason = "small enough to be exact")]
        fn it_rounds_as_floats_do_where_those_are_exact(quarters in 0..4_000_000_u32) {
            let value = f64::from(quarters) / 4.0;
            prop_assert_eq!(whole(&value.to_string()), Some(value.round() as i64));
        }

        #[test]
        fn no_text_panics(text in ".{0,40}", number in "[-+]?[0-9]{0,30}[.]?[0-9]{0,30}([eE][-+]?[0-9]{0,25})?") {
            let _ = price(&text);
            let _ = price(&number);
        }
    }
}
