//! What the environment says of a terminal: its colours, its background, its font.

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
        let told = matches!(set("COLORTERM").as_str(), "truecolor" | "24bit");
        // GNU screen hands on what it was started in, and shows 256 colours at most.
        // tmux, which may call itself so too, turns colours into those that it has.
        let lies = is_console(&term) || term.starts_with("screen") && set("TMUX").is_empty();
        if !set("NO_COLOR").is_empty() || shows_no_colours(&term) {
            Self::None
        } else if told && !lies || term.ends_with("-direct") {
            Self::True
        } else if term.contains("256color") {
            Self::Ansi256
        } else {
            Self::Ansi16
        }
    }
}

/// A name that says that nothing is known of the terminal, or of one without colours.
fn shows_no_colours(term: &str) -> bool {
    term.is_empty() || cannot_draw(term) || term.starts_with("vt")
}

/// Can such a terminal not even move its cursor?
#[must_use]
pub fn cannot_draw(term: &str) -> bool {
    matches!(term, "dumb" | "unknown")
}

/// The console of a system without windows: sixteen colours, a font of few symbols.
fn is_console(term: &str) -> bool {
    ["linux", "cons25", "ansi", "sun"]
        .iter()
        .any(|console| term.starts_with(console))
}

/// Does the environment say that the terminal shows no more than ASCII? Its
/// locale is another than UTF-8, or its font is a console's.
#[must_use]
pub fn is_ascii_only(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    let locale = locale.unwrap_or_default().to_lowercase().replace('-', "");
    let term = set("TERM").unwrap_or_default();
    !locale.contains("utf8") || is_console(&term) || term.starts_with("vt")
}

/// May the terminal be asked for its background? One that does not know the
/// question would show it.
#[must_use]
pub fn takes_questions(variable: impl Fn(&str) -> Option<String>) -> bool {
    let term = variable("TERM").unwrap_or_default();
    !shows_no_colours(&term) && !is_console(&term)
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

impl Tone {
    /// What `COLORFGBG` says, which some terminals set: colours of text and, last,
    /// of the background. Dark where nothing is known.
    #[must_use]
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let colours = variable("COLORFGBG").unwrap_or_default();
        let background = colours.rsplit(';').next().unwrap_or_default();
        match background.parse() {
            Ok(7_u8 | 9..=15) => Self::Light,
            _ => Self::Dark,
        }
    }

    /// Fit for a background of this red, green and blue.
    #[must_use]
    pub fn on([red, green, blue]: [u8; 3]) -> Self {
        let bright = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
        if bright < 128_000 {
            Self::Dark
        } else {
            Self::Light
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn set(set: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name: &str| {
            let found = set.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[rstest]
    #[case(&[], Depth::None)]
    #[case(&[("TERM", "unknown"), ("COLORTERM", "truecolor")], Depth::None)]
    #[case(&[("TERM", "vt220")], Depth::None)]
    #[case(&[("TERM", "xterm")], Depth::Ansi16)]
    #[case(&[("TERM", "xterm-256color")], Depth::Ansi256)]
    #[case::console(&[("TERM", "linux"), ("COLORTERM", "truecolor")], Depth::Ansi16)]
    #[case::screen(&[("TERM", "screen"), ("COLORTERM", "truecolor"), ("STY", "1.x")], Depth::Ansi16)]
    #[case::screen(&[("TERM", "screen-256color"), ("COLORTERM", "truecolor")], Depth::Ansi256)]
    #[case::screen(&[("TERM", "screen.xterm-256color"), ("COLORTERM", "24bit")], Depth::Ansi256)]
    #[case::tmux(&[("TERM", "screen-256color"), ("COLORTERM", "24bit"), ("TMUX", "/x")], Depth::True)]
    #[case::tmux(&[("TERM", "tmux-256color"), ("TMUX", "/x")], Depth::Ansi256)]
    #[case(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Depth::True)]
    #[case(&[("TERM", "xterm-direct")], Depth::True)]
    #[case(&[("TERM", "linux")], Depth::Ansi16)]
    #[case(&[("TERM", "dumb"), ("COLORTERM", "truecolor")], Depth::None)]
    #[case(&[("COLORTERM", "24bit"), ("NO_COLOR", "1")], Depth::None)]
    #[case(&[("TERM", "xterm"), ("COLORTERM", "24bit"), ("NO_COLOR", "")], Depth::True)]
    fn depth_follows_the_environment(#[case] variables: &[(&str, &str)], #[case] depth: Depth) {
        assert_eq!(Depth::detect(set(variables)), depth);
    }

    #[rstest]
    #[case(&[], true)]
    #[case(&[("LANG", "C")], true)]
    #[case(&[("LANG", "en_US.UTF-8")], false)]
    #[case(&[("LANG", "C.utf8")], false)]
    #[case(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "POSIX")], true)]
    #[case(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "")], false)]
    #[case(&[("LANG", "C"), ("LC_CTYPE", "UTF-8")], false)]
    #[case(&[("LANG", "vi_VN.TCVN")], true)]
    #[case(&[("LANG", "en_US.UTF-8"), ("TERM", "linux")], true)]
    fn symbols_follow_the_locale_and_the_font(
        #[case] variables: &[(&str, &str)],
        #[case] ascii: bool,
    ) {
        assert_eq!(is_ascii_only(set(variables)), ascii);
    }

    #[rstest]
    #[case("", Tone::Dark)]
    #[case("15;0", Tone::Dark)]
    #[case("0;15", Tone::Light)]
    #[case("0;default;15", Tone::Light)]
    #[case("0;7", Tone::Light)]
    #[case("12;8", Tone::Dark)]
    #[case("0;default", Tone::Dark)]
    fn the_background_is_what_the_terminal_says(#[case] colours: &str, #[case] tone: Tone) {
        assert_eq!(Tone::detect(set(&[("COLORFGBG", colours)])), tone);
    }

    #[rstest]
    #[case([0, 0, 0], Tone::Dark)]
    #[case([40, 44, 52], Tone::Dark)]
    #[case([0, 43, 54], Tone::Dark)]
    #[case([253, 246, 227], Tone::Light)]
    #[case([255, 255, 255], Tone::Light)]
    fn a_colour_is_dark_or_light(#[case] colour: [u8; 3], #[case] tone: Tone) {
        assert_eq!(Tone::on(colour), tone);
    }
}
