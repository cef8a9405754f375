# A function a kind of chart: values in, a ggplot out.

# A value over time; `bucket` says what a point is.
chart_series <- function(points, field, bucket, colour = ACCENT) {
  series <- data.frame(t = as_time(points$t), value = points[[field]])
  chart <- ggplot(series, aes(t, value)) +
    # Small enough for a year of days, and seen when there is one point only.
    geom_line(colour = colour, linewidth = 0.8) +
    scale_x_datetime(labels = time_labels(bucket), breaks = time_breaks(series$t), expand = expansion(mult = 0.015)) +
    scale_y_continuous(labels = brief, breaks = whole_breaks, limits = c(0, NA), expand = expansion(mult = c(0, 0.06))) +
    chart_theme() +
    theme(panel.grid.major.x = element_blank())
  if (nrow(series) <= 62) chart <- chart + geom_point(colour = colour, size = 1.4)
  chart$layers <- c(geom_area(fill = colour, alpha = 0.1), chart$layers)
  chart
}

# A letter of a label, in pixels.
LETTER <- 8

# Bars from the left, the first on top, each with its label behind it; `width` is the
# chart's, in pixels.
chart_bars <- function(names, values, labels, width, colour = ACCENT) {
  shown <- short(names, if (width < 500) 18 else 30)
  label_room <- LETTER * max(nchar(labels), 0) + 12
  bar_room <- max(width - label_room - LETTER * max(nchar(shown, type = "width"), 0) - 24, 40)
  # By place: two long names may be cut to the same text.
  bars <- data.frame(place = factor(seq_along(names), levels = rev(seq_along(names))), value = values, label = labels)
  ggplot(bars, aes(value, place)) +
    geom_col(fill = colour, width = 0.66) +
    geom_text(aes(label = label), hjust = 0, nudge_x = max(values, 1) * 5 / bar_room, size = 3.7, colour = INK,
              family = chart_font()) +
    scale_y_discrete(labels = rev(shown)) +
    scale_x_continuous(expand = expansion(mult = c(0, label_room / bar_room))) +
    chart_theme() +
    theme(panel.grid.major = element_blank(), axis.text.x = element_blank(),
          axis.text.y = element_text(colour = INK, size = rel(0.95)))
}

# Columns from the floor, each under its label.
chart_columns <- function(names, values, colour = ACCENT) {
  columns <- data.frame(place = factor(seq_along(names)), value = values, label = count(values))
  ggplot(columns, aes(place, value)) +
    geom_col(fill = colour, width = 0.7) +
    geom_text(aes(label = label), vjust = -0.5, size = 3.6, colour = INK, family = chart_font()) +
    scale_x_discrete(labels = names) +
    scale_y_continuous(labels = brief, breaks = whole_breaks, expand = expansion(mult = c(0, 0.12))) +
    chart_theme() +
    theme(panel.grid.major.x = element_blank())
}

# The steps of one funnel, or of several beside each other: how much of the first
# step is left at each.
chart_funnel <- function(rows, width, columns = 1) {
  rows$label <- paste0(count(rows$sessions), "  \u00b7  ", percent(rows$percent_of_first))
  rows$place <- factor(rows$step, levels = rev(sort(unique(rows$step))))
  names <- short(rows$event_name[match(levels(rows$place), rows$step)], 24)
  label_room <- LETTER * max(nchar(rows$label)) + 16
  bar_room <- max((width - LETTER * max(nchar(names, type = "width"))) / columns - label_room - 24, 40)
  ggplot(rows, aes(percent_of_first, place)) +
    geom_col(aes(x = 100), fill = RULES, alpha = 0.6, width = 0.62) +
    geom_col(fill = ACCENT, width = 0.62) +
    geom_text(aes(x = 100 + 800 / bar_room, label = label), hjust = 0, size = 3.6, colour = INK, family = chart_font()) +
    scale_y_discrete(labels = names) +
    scale_x_continuous(limits = c(0, 100 * (1 + label_room / bar_room)), expand = c(0, 0)) +
    facet_wrap(~group, ncol = columns) +
    chart_theme() +
    theme(panel.grid.major = element_blank(), axis.text.x = element_blank(),
          axis.text.y = element_text(colour = INK, size = rel(0.95)))
}

# Weekdays down, hours across, Monday first; a frame around the busiest.
chart_week <- function(cells, busiest) {
  week <- data.frame(weekday = c(row(cells)), hour = c(col(cells)) - 1, events = c(cells))
  chart <- ggplot(week, aes(hour + 0.5, weekday)) +
    geom_tile(aes(fill = events), colour = "white", linewidth = 1) +
    scale_fill_gradientn(colours = SCALE, limits = c(0, max(week$events, 1)), labels = brief,
                         breaks = whole_breaks, name = "Events") +
    scale_x_continuous(breaks = seq(0, 24, 3), labels = sprintf("%02d:00", seq(0, 24, 3)), expand = c(0, 0)) +
    scale_y_reverse(breaks = 1:7, labels = WEEKDAYS, expand = c(0, 0)) +
    guides(fill = guide_colourbar(barwidth = unit(14, "lines"), barheight = unit(0.6, "lines"), title.vjust = 1)) +
    chart_theme() +
    theme(panel.grid.major = element_blank(), legend.position = "bottom",
          # Half of the last hour's label is beyond the last hour.
          plot.margin = margin(4, 22, 2, 2), legend.title = element_text(size = rel(0.85), colour = MUTED))
  if (is.null(busiest)) return(chart)
  chart + geom_tile(data = as.data.frame(busiest), fill = NA, colour = SECOND, linewidth = 1.1)
}

time_breaks <- function(times) {
  breaks <- pretty(times, n = 7)
  unique(breaks[breaks >= min(times) & breaks <= max(times)])
}

# Hours get their date where it changes, days their month.
time_labels <- function(bucket) {
  function(times) {
    if (bucket != "hour") return(format(times, "%d %b", tz = "UTC"))
    days <- format(times, "%d %b", tz = "UTC")
    repeated <- c(FALSE, days[-1] == days[-length(days)])
    paste0(format(times, "%H:%M", tz = "UTC"), ifelse(repeated, "", paste0("\n", days)))
  }
}

# Nobody counts half an event.
whole_breaks <- function(limits) {
  breaks <- pretty(limits, n = 4)
  breaks[breaks == floor(breaks)]
}
