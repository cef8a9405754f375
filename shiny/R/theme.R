# How charts look: the same ink as the page.

INK <- "#1c2733"
MUTED <- "#5b6b7b"
RULES <- "#e4e9ee"
ACCENT <- "#1f6feb"
ACCENT_PALE <- "#dbe8fd"
SECOND <- "#d9730d"
# From nothing to most, even in grey.
SCALE <- c("#f3f6fa", "#c9dcf5", "#86b3ec", "#3d7fd6", "#123f86")

# The page asks for the same font first; both have every Vietnamese letter.
chart_font <- function() {
  has_inter <- requireNamespace("systemfonts", quietly = TRUE) &&
    grepl("inter", basename(systemfonts::match_font("Inter")$path), ignore.case = TRUE)
  if (has_inter) "Inter" else "sans"
}

chart_theme <- function() {
  theme_minimal(base_size = 13, base_family = chart_font()) +
    theme(
      text = element_text(colour = INK),
      axis.text = element_text(colour = MUTED, size = rel(0.85)),
      axis.title = element_blank(),
      axis.ticks = element_blank(),
      panel.grid.minor = element_blank(),
      panel.grid.major = element_line(colour = RULES, linewidth = 0.4),
      strip.text = element_text(face = "bold", hjust = 0),
      plot.margin = margin(4, 8, 2, 2),
      legend.position = "none"
    )
}
