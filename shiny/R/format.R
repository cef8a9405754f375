# How values are written. Nothing is computed here.

# Text from events is public input: what could move, hide or reorder the letters
# around it is shown as a mark or left out. HTML is escaped where it is made.
clean <- function(text) {
  text <- gsub(CONTROLS, "\u2424", enc2utf8(text))
  text <- gsub(OVERRIDES, "\ufffd", text)
  gsub(INVISIBLE, "", text)
}

CONTROLS <- "[\u01-\u1f\u7f\u2028\u2029]"
# C1 controls, bidi embeddings, overrides and isolates, private use.
OVERRIDES <- "[\u80-\u9f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]"
# Joiners, marks of direction, fillers, selectors.
INVISIBLE <- "[\uad\u34f\u61c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff]"

# Cleaned, and not wider than `columns`.
short <- function(text, columns = 28) {
  text <- clean(text)
  wide <- nchar(text, type = "width") > columns
  text[wide] <- paste0(strtrim(text[wide], columns - 1), "\u2026")
  text
}

# 1,234,567
count <- function(value) {
  if (!is.character(value)) value <- ifelse(is.na(value), NA_character_, sprintf("%.0f", value))
  ifelse(is.na(value), "\u2013", gsub("(?<=[0-9])(?=([0-9]{3})+$)", ",", value, perl = TRUE))
}

# 1,234,567 and the sign of the dong
vnd <- function(digits) ifelse(is.na(digits), "\u2013", paste0(count(digits), "\u00a0\u20ab"))

# 12.3%
percent <- function(value) ifelse(is.na(value), "\u2013", sprintf("%.1f%%", value))

# Axis marks: 950, 2.5 K, 30 M
brief <- function(value) {
  vapply(value, function(x) {
    if (is.na(x)) return("")
    unit <- findInterval(abs(x), c(0, 1e3, 1e6, 1e9, 1e12))
    paste0(format(x / 1000^(unit - 1), digits = 3, trim = TRUE, drop0trailing = TRUE),
           c("", "\u00a0K", "\u00a0M", "\u00a0B", "\u00a0T")[unit])
  }, character(1))
}

# 47 s, 12 min 5 s, 3 h 20 min, 5 d 2 h: the two largest units.
duration <- function(seconds) {
  vapply(seconds, function(s) {
    if (is.na(s)) return("\u2013")
    sizes <- c(86400, 3600, 60, 1)
    units <- c("d", "h", "min", "s")
    parts <- floor(s %% c(Inf, sizes[-4]) / sizes)
    first <- which(parts > 0)[1]
    if (is.na(first)) return("0 s")
    shown <- seq(first, min(first + 1, 4))
    shown <- shown[parts[shown] > 0]
    paste(sprintf("%.0f %s", parts[shown], units[shown]), collapse = " ")
  }, character(1))
}

# An instant's text as a time that R can draw; to the microsecond or so.
as_time <- function(instant) {
  as.POSIXct(sub("Z$", "", instant), format = "%Y-%m-%dT%H:%M:%OS", tz = "UTC")
}

# 22 Nov 14:23:11
moment <- function(instant) {
  ifelse(is.na(instant), "\u2013", format(as_time(instant), "%d %b %H:%M:%S", tz = "UTC"))
}

WEEKDAYS <- c("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
