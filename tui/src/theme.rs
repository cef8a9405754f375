//! Colours and glyphs: what a role looks like on this terminal.
//!
//! The terminal's own foreground and background stay; colour only underlines
//! what a word or a symbol already says.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::Marker;

/// How many colours the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Depth {
    /// None: bold, dim, underlined and reversed only.
    None,
    /// The sixteen that the terminal's own scheme defines.
    #[value(name = "16")]
    Ansi16,
    /// The 256-colour cube.
    #[value(name = "256")]
    Ansi256,
    /// 24 bits.
    #[value(name = "true")]
    True,
}

impl Depth {
    /// What the environment says about the terminal; `NO_COLOR` wins.
    #[must_use]
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).unwrap_or_default();
        let term = set("TERM");
        if !set("NO_COLOR").is_empty() || term == "dumb" {
            Self::None
        } else if matches!(set("COLORTERM").as_str(), "truecolor" | "24bit")
            || term.ends_with("-direct")
        {
            Self::True
        } else if term.contains("256color") {
            Self::Ansi256
        } else {
            Self::Ansi16
        }
    }
}

/// Which background the colours are meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Tone {
    /// Light text on dark.
    Dark,
    /// Dark text on light.
    Light,
    /// No colour at all.
    Mono,
}

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
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let faint = Style::new().add_modifier(Modifier::DIM);
        // Dim text by attribute keeps the terminal's own contrast, except where
        // a grey can be named exactly.
        let dim = match depth {
            Depth::None | Depth::Ansi16 => faint,
            _ => pick(
                Hue(Color::Gray, 246, (148, 152, 161)),
                Hue(Color::Gray, 242, (98, 103, 112)),
            ),
        };
        let series = pick(
            Hue(Color::Cyan, 80, (86, 194, 214)),
            Hue(Color::Blue, 25, (11, 99, 158)),
        );
        let selected = match depth {
            Depth::None | Depth::Ansi16 => Style::new().add_modifier(Modifier::REVERSED),
            Depth::Ansi256 if dark => Style::new()
                .bg(Color::Indexed(237))
                .add_modifier(Modifier::BOLD),
            Depth::Ansi256 => Style::new()
                .bg(Color::Indexed(254))
                .add_modifier(Modifier::BOLD),
            Depth::True if dark => Style::new()
                .bg(Color::Rgb(49, 53, 64))
                .add_modifier(Modifier::BOLD),
            Depth::True => Style::new()
                .bg(Color::Rgb(224, 230, 238))
                .add_modifier(Modifier::BOLD),
        };
        Self {
            dim,
            title: bold.patch(series),
            strong: bold,
            tab: bold.patch(series).add_modifier(Modifier::REVERSED),
            selected,
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
                Hue(Color::Green, 28, (26, 117, 47)),
            ),
            bad: pick(
                Hue(Color::Red, 203, (240, 106, 106)),
                Hue(Color::Red, 124, (178, 34, 34)),
            )
            .patch(if depth == Depth::None {
                bold
            } else {
                Style::new()
            }),
            warn: pick(
                Hue(Color::Yellow, 221, (229, 192, 107)),
                Hue(Color::Yellow, 130, (150, 92, 0)),
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
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[], Depth::Ansi16)]
    #[case(&[("TERM", "xterm-256color")], Depth::Ansi256)]
    #[case(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Depth::True)]
    #[case(&[("TERM", "xterm-direct")], Depth::True)]
    #[case(&[("TERM", "linux")], Depth::Ansi16)]
    #[case(&[("TERM", "dumb"), ("COLORTERM", "truecolor")], Depth::None)]
    #[case(&[("COLORTERM", "24bit"), ("NO_COLOR", "1")], Depth::None)]
    #[case(&[("COLORTERM", "24bit"), ("NO_COLOR", "")], Depth::True)]
    fn depth_follows_the_environment(#[case] set: &[(&str, &str)], #[case] depth: Depth) {
        let variable = |name: &str| {
            set.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(Depth::detect(variable), depth);
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
