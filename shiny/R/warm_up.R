# What is slow once in a process, done before anybody waits for it.

warm_up <- function(dwh) {
  # The first chart loads half of ggplot2.
  file <- tempfile(fileext = ".png")
  on.exit(unlink(file))
  points <- data.frame(t = c("2025-12-01T00:00:00Z", "2025-12-02T00:00:00Z"), events = 1:2)
  plotPNG(function() print(chart_series(points, "events", "day")), file, width = 300, height = 200)
  plotPNG(function() print(chart_bars("a", 1, "1", 300)), file, width = 300, height = 200)
  # The first questions of a connection plan what the next ones only run. A warehouse
  # that does not answer yet is no reason not to start.
  q <- days_question(utc_today() - c(29, 0), "ALL")
  try(for (ask_view in list(ask_overview, ask_timeseries, ask_events, ask_logins)) ask_view(dwh, q), silent = TRUE)
  invisible()
}
