//! Colours and glyphs: what a role looks like on this terminal.
//!
//! The terminal's own foreground and background stay; colour only underlines
//! what a word or a symbol already says.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::Marker;

mod detect;

pub use detect::{Depth, Tone, cannot_draw, is_ascii_only, takes_questions};

/// What the dots of a chart are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ChartMarker {
    /// Eight dots a cell; needs a font with braille.
    Braille,
    /// Half blocks.
    Block,
    /// One dot a cell.
    Dot,
}

/// How many shades a map has.
pub const SHADES: usize = 5;

/// The style of every role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Labels, axes, what can wait.
    pub dim: Style,
    /// Headings.
    pub title: Style,
    /// The numbers that matter most.
    pub strong: Style,
    /// The tab that is open.
    pub tab: Style,
    /// The row under the cursor.
    pub selected: Style,
    /// Names of keys.
    pub key: Style,
    /// Lines and bars.
    pub series: Style,
    /// What is left of a bar.
    pub rest: Style,
    /// The period before, behind the present one.
    pub before: Style,
    /// Shades of a map, from little to much.
    pub heat: [Style; SHADES],
    /// Moves for the better; all is well.
    pub good: Style,
    /// Moves for the worse; something broke.
    pub bad: Style,
    /// Wait, or take care.
    pub warn: Style,
}

/// A colour at every depth: 16, 256, true.
struct Hue(Color, u8, (u8, u8, u8));

impl Hue {
    fn at(&self, depth: Depth) -> Style {
        let Self(ansi, indexed, (red, green, blue)) = *self;
        match depth {
            Depth::None => Style::new(),
            Depth::Ansi16 => Style::new().fg(ansi),
            Depth::Ansi256 => Style::new().fg(Color::Indexed(indexed)),
            Depth::True => Style::new().fg(Color::Rgb(red, green, blue)),
        }
    }
}

impl Theme {
    /// The styles for a background at a depth.
    #[must_use]
    pub fn new(tone: Tone, depth: Depth) -> Self {
        let depth = if tone == Tone::Mono {
            Depth::None
        } else {
            depth
        };
        let dark = tone != Tone::Light;
        let pick = |on_dark: Hue, on_light: Hue| {
            if dark {
                on_dark.at(depth)
            } else {
                on_light.at(depth)
            }
        };
        let coloured = matches!(depth, Depth::Ansi256 | Depth::True);
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let faint = Style::new().add_modifier(Modifier::DIM);
        // Dim text by attribute keeps the terminal's own contrast, except where
        // a grey can be named exactly.
        let dim = match depth {
            Depth::None | Depth::Ansi16 => faint,
            _ => pick(
                Hue(Color::Gray, 248, (148, 152, 161)),
                Hue(Color::Gray, 242, (98, 103, 112)),
            ),
        };
        let series = pick(
            Hue(Color::Cyan, 80, (86, 194, 214)),
            Hue(Color::Blue, 25, (11, 99, 158)),
        );
        // Text and ground together: legible even where the background was taken for
        // another than it is.
        let on = |style: Style, text: Hue| Style {
            bg: style.fg,
            ..text.at(depth)
        };
        let (selected, tab) = match depth {
            Depth::None | Depth::Ansi16 => {
                let reversed = Style::new().add_modifier(Modifier::REVERSED);
                (reversed, bold.patch(series).patch(reversed))
            }
            _ if dark => (
                on(
                    Hue(Color::Black, 237, (49, 53, 64)).at(depth),
                    Hue(Color::White, 255, (236, 239, 244)),
                ),
                on(series, Hue(Color::Black, 232, (12, 16, 20))),
            ),
            _ => (
                on(
                    Hue(Color::White, 254, (224, 230, 238)).at(depth),
                    Hue(Color::Black, 233, (24, 28, 36)),
                ),
                on(series, Hue(Color::White, 255, (255, 255, 255))),
            ),
        };
        Self {
            dim,
            title: bold.patch(series),
            strong: bold,
            tab: tab.patch(bold),
            selected: selected.patch(if coloured { bold } else { Style::new() }),
            key: bold.patch(series),
            series,
            rest: match depth {
                Depth::None | Depth::Ansi16 => faint,
                _ => pick(
                    Hue(Color::DarkGray, 238, (62, 66, 76)),
                    Hue(Color::Gray, 252, (205, 210, 217)),
                ),
            },
            before: match depth {
                Depth::None | Depth::Ansi16 => faint,
                _ => pick(
                    Hue(Color::Gray, 245, (138, 138, 150)),
                    Hue(Color::Gray, 246, (150, 154, 164)),
                ),
            },
            heat: heat(dark, depth),
            good: pick(
                Hue(Color::Green, 114, (131, 201, 125)),
                Hue(Color::Green, 22, (26, 117, 47)),
            ),
            bad: pick(
                Hue(Color::Red, 210, (240, 106, 106)),
                Hue(Color::Red, 124, (178, 34, 34)),
            )
            .patch(if depth == Depth::None {
                bold
            } else {
                Style::new()
            }),
            warn: pick(
                Hue(Color::Yellow, 221, (229, 192, 107)),
                Hue(Color::Yellow, 94, (150, 92, 0)),
            )
            .patch(if depth == Depth::None {
                bold
            } else {
                Style::new()
            }),
        }
    }
}

/// From little to much; the shade of the symbol says the same without colour.
fn heat(dark: bool, depth: Depth) -> [Style; SHADES] {
    let hues = if dark {
        [
            Hue(Color::Cyan, 23, (38, 84, 100)),
            Hue(Color::Cyan, 30, (44, 122, 140)),
            Hue(Color::Cyan, 37, (62, 160, 176)),
            Hue(Color::Cyan, 80, (110, 206, 214)),
            Hue(Color::Cyan, 159, (196, 244, 244)),
        ]
    } else {
        [
            Hue(Color::Blue, 153, (186, 212, 232)),
            Hue(Color::Blue, 110, (132, 178, 214)),
            Hue(Color::Blue, 67, (78, 138, 188)),
            Hue(Color::Blue, 25, (24, 96, 156)),
            Hue(Color::Blue, 17, (8, 48, 96)),
        ]
    };
    hues.map(|hue| hue.at(depth))
}

/// The symbols that are drawn, in Unicode or in ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    /// Grew.
    pub up: &'static str,
    /// Shrank.
    pub down: &'static str,
    /// Stayed.
    pub same: &'static str,
    /// The link works.
    pub linked: &'static str,
    /// The link is being made.
    pub linking: &'static str,
    /// The link is lost.
    pub unlinked: &'static str,
    /// Between breadcrumbs.
    pub crumb: &'static str,
    /// Between words of one line.
    pub separator: &'static str,
    /// In front of the row under the cursor.
    pub cursor: &'static str,
    /// Stands for what was cut.
    pub ellipsis: char,
    /// From one to the other.
    pub to: &'static str,
    /// No value.
    pub none: &'static str,
    /// A full cell of a bar.
    pub full: char,
    /// What is left of a bar.
    pub rest: char,
    /// Parts of a cell from left, an eighth each; empty: whole cells only.
    pub eighths: &'static [char],
    /// Levels of a cell from the bottom, smallest first.
    pub levels: &'static [char],
    /// Shades, from little to much.
    pub shades: [char; SHADES],
    /// Marks the column that a table is sorted by: the largest first, the smallest first.
    pub sorted: [char; 2],
    /// A level line.
    pub line: &'static str,
    /// An upright line.
    pub upright: &'static str,
    /// Where the axes meet.
    pub corner: &'static str,
    /// A mark on the time axis.
    pub tick: &'static str,
    /// Vietnamese đồng.
    pub currency: &'static str,
    /// Corners of a box: top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// Four arrows of the keyboard in help: left, right, up, down.
    pub arrows: [&'static str; 4],
}

/// For terminals that show Unicode.
pub const UNICODE: Glyphs = Glyphs {
    up: "▲",
    down: "▼",
    same: "=",
    linked: "●",
    linking: "◌",
    unlinked: "✗",
    crumb: " › ",
    separator: " · ",
    cursor: "▌",
    ellipsis: '…',
    to: "→",
    none: "–",
    full: '█',
    rest: '·',
    eighths: &['▏', '▎', '▍', '▌', '▋', '▊', '▉'],
    levels: &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    shades: ['·', '░', '▒', '▓', '█'],
    sorted: ['▾', '▴'],
    line: "─",
    upright: "│",
    corner: "└",
    tick: "┬",
    currency: "₫",
    corners: ["╭", "╮", "╰", "╯"],
    arrows: ["←", "→", "↑", "↓"],
};

/// For terminals and fonts that show ASCII only.
pub const ASCII: Glyphs = Glyphs {
    up: "+",
    down: "-",
    same: "=",
    linked: "*",
    linking: "o",
    unlinked: "x",
    crumb: " > ",
    separator: " - ",
    cursor: ">",
    ellipsis: '~',
    to: "->",
    none: "-",
    full: '#',
    rest: '.',
    eighths: &[],
    levels: &['_', '.', '-', '=', '*', '#'],
    shades: ['.', ':', '+', '*', '#'],
    sorted: ['v', '^'],
    line: "-",
    upright: "|",
    corner: "+",
    tick: "+",
    currency: "VND",
    corners: ["+", "+", "+", "+"],
    arrows: ["Left", "Right", "Up", "Down"],
};

/// How everything is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// What the terminal can show of it.
    depth: Depth,
    /// Colours.
    pub theme: Theme,
    /// Symbols.
    pub glyphs: Glyphs,
    /// Dots of charts.
    pub marker: Marker,
}

impl Look {
    /// The look for a background, a depth, a marker, and with or without Unicode.
    #[must_use]
    pub fn new(tone: Tone, depth: Depth, marker: ChartMarker, ascii: bool) -> Self {
        let marker = match marker {
            _ if ascii => Marker::Custom('*'),
            ChartMarker::Braille => Marker::Braille,
            ChartMarker::Block => Marker::HalfBlock,
            ChartMarker::Dot => Marker::Dot,
        };
        Self {
            depth,
            theme: Theme::new(tone, depth),
            glyphs: if ascii { ASCII } else { UNICODE },
            marker,
        }
    }
}

impl Look {
    /// The same for another background.
    #[must_use]
    pub fn on(self, tone: Tone) -> Self {
        Self {
            theme: Theme::new(tone, self.depth),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use rstest::rstest;

    use super::*;

    /// Red, green and blue of a colour that says what they are.
    fn parts(colour: Color) -> [u8; 3] {
        match colour {
            Color::Rgb(red, green, blue) => [red, green, blue],
            Color::Indexed(grey @ 232..) => [8 + 10 * (grey - 232); 3],
            Color::Indexed(cube @ 16..) => {
                let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                let cube = cube - 16;
                [level(cube / 36), level(cube / 6 % 6), level(cube % 6)]
            }
            other => panic!("{other} is the terminal's own"),
        }
    }

    /// By the Web's guidelines: 1 is none, 21 is black on white.
    fn contrast(text: Color, ground: Color) -> f64 {
        let luminance = |colour| {
            let part = parts(colour).map(|part| {
                let part = f64::from(part) / 255.0;
                if part <= 0.03928 {
                    part / 12.92
                } else {
                    ((part + 0.055) / 1.055).powf(2.4)
                }
            });
            0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2] + 0.05
        };
        let (text, ground) = (luminance(text), luminance(ground));
        (text / ground).max(ground / text)
    }

    /// On the terminal's own ground only the reader knows; here it is ours.
    #[rstest]
    fn what_is_selected_is_legible_on_any_background(
        #[values(Tone::Dark, Tone::Light)] tone: Tone,
        #[values(Depth::Ansi256, Depth::True)] depth: Depth,
    ) {
        let theme = Theme::new(tone, depth);
        let words = [
            ("plain", Style::new()),
            ("dim", theme.dim),
            ("title", theme.title),
            ("strong", theme.strong),
            ("key", theme.key),
            ("series", theme.series),
            ("good", theme.good),
            ("bad", theme.bad),
            ("warn", theme.warn),
        ];
        for (name, style) in words {
            let style = theme.selected.patch(style);
            let contrast = contrast(style.fg.unwrap(), style.bg.unwrap());
            assert!(contrast >= 4.0, "{name}: {contrast:.1}");
        }
        let tab = contrast(theme.tab.fg.unwrap(), theme.tab.bg.unwrap());
        assert!(tab >= 4.5, "{tab:.1}");
    }

    #[rstest]
    fn with_few_colours_the_selected_row_is_the_terminals_own_reversed(
        #[values(Tone::Dark, Tone::Light, Tone::Mono)] tone: Tone,
        #[values(Depth::None, Depth::Ansi16)] depth: Depth,
    ) {
        let selected = Theme::new(tone, depth).selected;
        assert_eq!(selected, Style::new().add_modifier(Modifier::REVERSED));
    }

    #[rstest]
    fn mono_has_no_colour(#[values(Depth::Ansi16, Depth::Ansi256, Depth::True)] depth: Depth) {
        let Theme {
            dim,
            title,
            strong,
            tab,
            selected,
            key,
            series,
            rest,
            before,
            heat: [faintest, .., strongest],
            good,
            bad,
            warn,
        } = Theme::new(Tone::Mono, depth);
        for style in [
            dim, title, strong, tab, selected, key, series, rest, before, faintest, strongest,
            good, bad, warn,
        ] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
    }
}
