# Pieces of HTML that several tabs share. Texts go in as they are: htmltools escapes
# them, and `clean` takes out what would still play tricks on the eye.

panel <- function(title, ..., note = NULL, class = NULL) {
  tags$section(class = paste(c("panel", class), collapse = " "),
    tags$h2(title, if (!is.null(note)) tags$small(note)), ...)
}

# One number with its name, and the same number of the period before.
card <- function(name, value, before = NULL) {
  tags$div(class = "card",
    tags$div(class = "name", name),
    tags$div(class = "value", title = value, value),
    if (!is.null(before)) tags$div(class = "before", paste("previous:", before))
  )
}

# `columns` of them beside each other where there is room.
cards <- function(columns, ...) tags$div(class = "cards", style = paste0("--columns:", columns), ...)

# A column of a table: its heading, how a cell is written, and whether it is a number.
column_of <- function(heading, field, write = clean, number = FALSE, class = NULL) {
  list(heading = heading, field = field, write = write, class = paste(c(if (number) "number", class), collapse = " "))
}

# `rows` under `columns`. A missing value is a dash.
table_of <- function(rows, columns, caption) {
  cells <- lapply(columns, function(column) column$write(rows[[column$field]]))
  lines <- lapply(seq_len(nrow(rows)), function(row) {
    tags$tr(Map(function(column, cell) {
      value <- cell[[row]]
      if (is.atomic(value) && is.na(value)) value <- "\u2013"
      tags$td(class = column$class, value)
    }, columns, cells))
  })
  tags$div(class = "table", tabindex = "0",
    tags$table(
      tags$caption(caption),
      tags$thead(tags$tr(lapply(columns, function(column) tags$th(scope = "col", class = column$class, column$heading)))),
      tags$tbody(lines)
    ))
}

# A writer of cells with a bar behind the number, as long as its share of the longest.
with_bar <- function(write) {
  function(values) {
    longest <- max(values, 1)
    lapply(values, function(value) {
      tagList(tags$span(class = "bar", style = sprintf("width:%.1f%%", 100 * value / longest)), tags$span(write(value)))
    })
  }
}

# A writer that cuts long texts and keeps the whole one at hand.
cut_to <- function(columns) {
  function(texts) {
    lapply(texts, function(text) {
      if (is.na(text)) return(NA)
      tags$span(title = clean(text), tags$bdi(short(text, columns)))
    })
  }
}

yes_no <- function(values) ifelse(is.na(values), NA, ifelse(values, "yes", "no"))
