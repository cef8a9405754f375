# What the reader chooses: the days, who was logged in, and whether it stays fresh.

PRESETS <- c("Today" = 1, "7 days" = 7, "30 days" = 30, "90 days" = 90)

LOGINS <- c("ALL", "logged_in", "anonymous", "guest", "unknown", "other")

# `asked` is the query of the page's address, which may name the choices:
# ?from=2025-12-01&to=2025-12-31&login=anonymous.
controls_ui <- function(id, asked = list()) {
  ns <- NS(id)
  day <- function(text, default) {
    if (!isTRUE(grepl("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", text))) return(default)
    day <- as.Date(text, optional = TRUE)
    if (is.na(day)) default else day
  }
  last <- day(asked$to, utc_today())
  first <- day(asked$from, last - 29)
  tags$div(class = "controls",
    dateRangeInput(ns("days"), "Days (UTC)", start = first, end = last, weekstart = 1, format = "yyyy-mm-dd", separator = "to"),
    tags$div(class = "presets", lapply(names(PRESETS), function(name) {
      actionButton(ns(paste0("last", PRESETS[[name]])), name, class = "preset")
    })),
    selectInput(ns("login"), "user_login_state", selectize = FALSE,
                choices = LOGINS, selected = if (isTRUE(asked$login %in% LOGINS)) asked$login),
    tags$div(class = "refresh",
      checkboxInput(ns("auto"), "Refresh every 10 s", TRUE),
      actionButton(ns("now"), "Refresh now"))
  )
}

# `question`: what is asked, or a message instead of all answers. `tick`: changes
# when it is time to ask again. `today` is the clock.
controls_server <- function(id, recoveries, today = utc_today) {
  moduleServer(id, function(input, output, session) {
    # A page may stay open for weeks, and a laptop sleep over midnight.
    seen <- today()
    observe({
      invalidateLater(20000)
      days <- isolate(input$days)
      followed <- follow_day(days, seen, today())
      seen <<- today()
      if (!identical(followed, days)) {
        updateDateRangeInput(session, "days", start = followed[1], end = followed[2])
      }
    })
    lapply(PRESETS, function(days) {
      observeEvent(input[[paste0("last", days)]], {
        updateDateRangeInput(session, "days", start = today() - days + 1, end = today())
      })
    })
    turns <- reactiveVal(0)
    observe({
      req(input$auto)
      invalidateLater(10000)
      isolate(turns(turns() + 1))
    })
    list(
      question = reactive(days_question(input$days, input$login)),
      tick = reactive(list(turns(), input$now, recoveries()))
    )
  })
}

# Whole days in UTC, the last one included.
days_question <- function(days, login) {
  if (anyNA(days) || any(days < as.Date("1900-01-01")) || any(days >= as.Date("2999-12-31"))) {
    validate("Choose a first and a last day, such as 2025-12-01 to 2025-12-07.", errorClass = "nothing")
  }
  if (days[1] > days[2]) validate("The last day is before the first one. Swap the two.", errorClass = "nothing")
  midnight <- function(day) format(day, "%Y-%m-%dT00:00:00Z")
  question(midnight(days[1]), midnight(days[2] + 1), login = if (login == "ALL") NA else login)
}

# Days that ended on the day that was today end on the one that is, and are as many.
follow_day <- function(days, was, is) {
  if (is > was && identical(as.numeric(days[2]), as.numeric(was))) days + as.numeric(is - was) else days
}

utc_today <- function() as.Date(Sys.time(), tz = "UTC")
