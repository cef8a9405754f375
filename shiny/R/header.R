# The head of the page: how fresh the data is, and whether the warehouse answers.

CHECK_SECONDS <- 10
RETRY_SECONDS <- 4

header_ui <- function(id) {
  ns <- NS(id)
  tagList(
    tags$header(
      tags$h1("SBW clickstream"),
      uiOutput(ns("freshness"), class = "freshness", `aria-live` = "polite")
    ),
    uiOutput(ns("trouble"))
  )
}

# Looks at the warehouse whatever tab is open. Gives how often it came back.
header_server <- function(id, dwh) {
  moduleServer(id, function(input, output, session) {
    pipeline <- reactiveVal()
    trouble <- reactiveVal()
    since <- reactiveVal()
    recoveries <- reactiveVal(0)
    observe({
      tryCatch(
        {
          pipeline(ask_pipeline(dwh, utc_now()))
          if (!is.null(isolate(trouble()))) recoveries(isolate(recoveries()) + 1)
          trouble(NULL)
          since(Sys.time())
          invalidateLater(CHECK_SECONDS * 1000)
        },
        sbw_failure = function(failure) {
          trouble(conditionMessage(failure))
          invalidateLater(RETRY_SECONDS * 1000)
        }
      )
    }, priority = 10)

    output$freshness <- renderUI({
      if (!is.null(trouble())) return(tags$span(class = "state down", "no connection, trying again"))
      state <- req(pipeline())
      run <- state$last_run
      tagList(
        tags$span(class = "data", if (is.na(state$newest_event)) "no data yet" else {
          paste0("data to ", format(as_time(state$newest_event), "%d %b %H:%M", tz = "UTC"), " UTC, ", age(state$lag_seconds))
        }),
        if (!is.null(run)) tags$span(class = paste("run", if (run$status == "failed") "failed"),
          paste0("last load ", format(as_time(run$started_at), "%H:%M", tz = "UTC"), ", ", run$status)),
        tags$span(class = "state up", "connected")
      )
    })
    output$trouble <- renderUI({
      req(trouble())
      tags$div(class = "trouble", role = "alert",
        tags$strong(trouble()),
        if (!is.null(since())) tags$span(paste0(" What is shown is as of ", format(since(), "%H:%M:%S", tz = "UTC"), " UTC.")))
    })
    outputOptions(output, "trouble", suspendWhenHidden = FALSE)
    recoveries
  })
}

utc_now <- function() format(Sys.time(), "%Y-%m-%dT%H:%M:%OS3Z", tz = "UTC")

# Clocks differ: what came a moment "after" now is now.
age <- function(seconds) if (seconds <= 0) "just now" else paste(duration(seconds), "ago")
