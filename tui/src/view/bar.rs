//! Bars of characters: lying ones, and small standing ones.

use crate::theme::Glyphs;

/// A bar of `part` out of `whole`, `columns` long at the most. What is more than
/// nothing is seen.
#[must_use]
pub(super) fn lying(part: f64, whole: f64, columns: u16, glyphs: &Glyphs) -> String {
    let steps = u32::try_from(glyphs.eighths.len()).unwrap_or(0) + 1;
    let eighths = scaled(part, whole, u32::from(columns) * steps);
    let (full, rest) = (eighths / steps, eighths % steps);
    let mut bar: String = std::iter::repeat_n(glyphs.full, full as usize).collect();
    if rest > 0 {
        bar.extend(glyphs.eighths.get(rest as usize - 1));
    }
    bar
}

/// Standing bars, one line of characters a row from the top, a bar for each
/// value, each `wide` columns and a gap. The last values are shown if not all fit.
#[must_use]
pub(super) fn standing(values: &[i64], columns: u16, rows: u16, glyphs: &Glyphs) -> Vec<String> {
    #[expect(clippy::cast_precision_loss, reason = "a bar has a few dozen steps")]
    let as_heights = |value: i64| value.max(0) as f64;
    let count = values.len().max(1);
    let (wide, gap) = [(4, 1), (3, 1), (2, 1), (1, 1), (1, 0)]
        .into_iter()
        .find(|(wide, gap)| count * (wide + gap) <= usize::from(columns) + gap)
        .unwrap_or((1, 0));
    let fitting = (usize::from(columns) + gap) / (wide + gap);
    let shown = &values[values.len().saturating_sub(fitting)..];
    let highest = shown.iter().copied().max().map_or(0.0, as_heights);
    let levels = u32::try_from(glyphs.levels.len()).unwrap_or(1).max(1);
    let heights: Vec<u32> = shown
        .iter()
        .map(|value| scaled(as_heights(*value), highest, u32::from(rows) * levels))
        .collect();
    (0..rows)
        .rev()
        .map(|row| {
            let below = u32::from(row) * levels;
            let mut line = String::new();
            for (index, height) in heights.iter().enumerate() {
                if index > 0 {
                    line.extend(std::iter::repeat_n(' ', gap));
                }
                let level = height.saturating_sub(below).min(levels) as usize;
                let glyph = level.checked_sub(1).and_then(|at| glyphs.levels.get(at));
                line.extend(std::iter::repeat_n(glyph.copied().unwrap_or(' '), wide));
            }
            line
        })
        .collect()
}

/// `part` of `whole` in so many steps; at least one if there is any part.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the steps, which are few"
)]
fn scaled(part: f64, whole: f64, steps: u32) -> u32 {
    if part <= 0.0 || whole <= 0.0 {
        return 0;
    }
    let exact = (part / whole * f64::from(steps)).clamp(0.0, f64::from(steps));
    (exact.round() as u32).clamp(u32::from(steps > 0), steps)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::theme::{ASCII, UNICODE};

    #[rstest]
    #[case(0.0, "")]
    #[case(0.001, "▏")]
    #[case(50.0, "█████")]
    #[case(55.0, "█████▌")]
    #[case(100.0, "██████████")]
    #[case(250.0, "██████████")]
    fn lying_bars(#[case] percent: f64, #[case] bar: &str) {
        assert_eq!(lying(percent, 100.0, 10, &UNICODE), bar);
    }

    #[test]
    fn ascii_bars_are_whole() {
        assert_eq!(lying(55.0, 100.0, 10, &ASCII), "######");
    }

    #[test]
    fn the_newest_values_stand_at_the_right() {
        let values: Vec<i64> = (1..=8).collect();
        assert_eq!(standing(&values, 4, 1, &UNICODE), ["▅▆▇█"]);
        assert_eq!(standing(&[0, 8, 16], 5, 2, &UNICODE), ["    █", "  █ █"]);
    }
}
