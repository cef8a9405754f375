# The app's own functions, case by case. Run in the app's folder; needs no server.

library(shiny)
for (file in list.files("R", "[.]R$", full.names = TRUE)) source(file, encoding = "UTF-8")

failed <- 0
cases <- 0
same <- function(found, expected) {
  cases <<- cases + 1
  if (identical(found, expected)) return(invisible())
  failed <<- failed + 1
  cat("FAILED", deparse(substitute(found)), "\n  expected", deparse(expected), "\n  found   ", deparse(found), "\n")
}
refused <- function(call, words) {
  said <- tryCatch({ call; "nothing" }, error = conditionMessage)
  same(grepl(words, said, fixed = TRUE), TRUE)
}
wrapped <- function(sql) paste0("select row_to_json(answer)::text from (\n", sql, "\n) as answer")

# Values are bound in their order, and what is missing is the word null.
same(statement("select $1, $2, $1", c("a", "b")), list(sql = wrapped("select $1, $2, $1"), values = c("a", "b")))
same(statement("select $1, $2::int, $3", c("a", NA, "c")), list(sql = wrapped("select $1, null::int, $2"), values = c("a", "c")))
same(statement("select $10 + $1 - $9", c(1, rep(NA, 7), 9, 10))$sql, wrapped("select $3 + $1 - $2"))
same(statement("select 1", c())$values, character())
# Nothing in a value is taken for SQL, and the text NA is a text.
same(statement("select $1, $2", c("$2'; drop table x; --", "NA"))$values, c("$2'; drop table x; --", "NA"))
same(statement("select $1", "$9")$sql, wrapped("select $1"))
refused(statement("select $1, $3", c("a", "b")), "takes 3 parameters, not 2")
refused(statement("select $1", c("a", "b")), "takes 1 parameters, not 2")
refused(sql_file("nothing"), "cp -rL")

same(text_array(c("a", "b c")), "{\"a\",\"b c\"}")
same(text_array(c("a\"b", "c\\d", "{,}")), "{\"a\\\"b\",\"c\\\\d\",\"{,}\"}")

# libpq's own quoting.
same(conninfo(c(dbname = "a'b\\c d", user = "")), "dbname='a\\'b\\\\c d' user=''")

settings <- dwh_settings(c(DWH_HOST = "db", DWH_PASSWORD = "it's", DWH_SSLMODE = "verify-full"))
same(settings, list(host = "db", port = "5432", user = "sbw_reader", password = "it's", database = "clickstream_dw", sslmode = "verify-full"))
same("password" %in% names(connection_keywords(settings)), FALSE)
refused(dwh_settings(c(DWH_PORT = "54 32")), "DWH_PORT is a number")
refused(dwh_settings(c(DWH_SSLMODE = "yes")), "DWH_SSLMODE is one of disable")

same(instant("2025-12-01T14:23:11+00:00"), "2025-12-01T14:23:11Z")
same(instant("2025-12-01T14:23:11.25+00:00"), "2025-12-01T14:23:11.250Z")
same(instant("2025-12-01T14:23:11.000001+00:00"), "2025-12-01T14:23:11.000001Z")
same(instant(NA), NA_character_)

rows <- read_rows(c("{\"name\":\"B\u00e0n \\\"ph\u00edm\\\"\",\"revenue_vnd\":9223372036854775807,\"events\":1,\"none\":null}",
                    "{\"name\":null,\"revenue_vnd\":1500000000000,\"events\":3000000000,\"none\":null}"))
same(rows$name, c("B\u00e0n \"ph\u00edm\"", NA))
same(rows$revenue_vnd, c("9223372036854775807", "1500000000000"))
same(rows$events, c(1, 3e9))
same(rows$none, c(NA, NA))
same(nrow(read_rows(character())), 0L)

same(count(c(0, 999, 1000, 1234567, 3e9, NA)), c("0", "999", "1,000", "1,234,567", "3,000,000,000", "\u2013"))
same(count(-1234), "-1,234")
same(vnd(c("9223372036854775807", NA)), c("9,223,372,036,854,775,807\u00a0\u20ab", "\u2013"))
same(percent(c(0, 12.3, 100, NA)), c("0.0%", "12.3%", "100.0%", "\u2013"))
same(brief(c(0, 950, 2500, 3e7, 1.2e9)), c("0", "950", "2.5\u00a0K", "30\u00a0M", "1.2\u00a0B"))
same(duration(c(0, 47, 725, 3600, 12000, 86400 * 5 + 7200, NA)), c("0 s", "47 s", "12 min 5 s", "1 h", "3 h 20 min", "5 d 2 h", "\u2013"))
same(moment(c("2025-12-01T14:23:11.250Z", NA)), c("01 Dec 14:23:11", "\u2013"))
same(age(-3), "just now")
same(age(240), "4 min ago")

# What plays tricks is shown or gone; letters of any language stay.
same(clean("B\u00e0n ph\u00edm \u6f22\u5b57 \U1f3a7"), "B\u00e0n ph\u00edm \u6f22\u5b57 \U1f3a7")
same(clean("a\nb\tc\u001b[31m"), "a\u2424b\u2424c\u2424[31m")
same(clean("\u202eabc\u202c \u0085"), "\ufffdabc\ufffd \ufffd")
same(clean("a\u200bb\u00adc\ufeff\u200e"), "abc")
same(clean(NA_character_), NA_character_)
same(short("B\u00e0n ph\u00edm c\u01a1", 8), "B\u00e0n ph\u00ed\u2026")
same(short("\u6f22\u5b57\u6f22\u5b57", 5), "\u6f22\u5b57\u2026")
same(as.character(htmltools::renderTags(cut_to(9)("<b>\"x\"</b> & more")[[1]])$html),
     "<span title=\"&lt;b&gt;&quot;x&quot;&lt;/b&gt; &amp; more\">\n  <bdi>&lt;b&gt;\"x\"&lt;/\u2026</bdi>\n</span>")

# Whole days; the last one is asked for to its end.
day <- as.Date("2025-12-31")
same(days_question(c(day, day), "ALL"), question("2025-12-31T00:00:00Z", "2026-01-01T00:00:00Z"))
same(days_question(c(day - 1, day), "guest")$login, "guest")
refused(days_question(c(day, day - 1), "ALL"), "Swap the two")
refused(days_question(c(day, NA), "ALL"), "Choose a first and a last day")
refused(days_question(c(as.Date("0001-01-01"), day), "ALL"), "Choose a first and a last day")

# Days that ended today follow it; others stay.
same(follow_day(day - c(6, 0), day, day + 1), day - c(5, -1))
same(follow_day(day - c(0, 0), day, day + 3), day + c(3, 3))
same(follow_day(day - c(6, 0), day, day), day - c(6, 0))
same(follow_day(day - c(6, 1), day, day + 1), day - c(6, 1))
same(follow_day(day - c(6, -1), day, day + 1), day - c(6, -1))
same(follow_day(day - c(6, 0), day, day - 1), day - c(6, 0))
same(follow_day(as.Date(c(NA, NA)), day, day + 1), as.Date(c(NA, NA)))
# A page that is left open over midnight, and is not touched.
set <- NULL
updateDateRangeInput <- function(session, id, start, end) set <<- c(start, end)
clock <- day
testServer(controls_server, args = list(recoveries = reactive(0), today = function() clock), {
  session$setInputs(days = day - c(6, 0), login = "ALL", auto = FALSE)
  session$elapse(60000)
  same(set, NULL)
  clock <<- day + 1
  session$elapse(60000)
  same(set, day - c(5, -1))
  session$setInputs(days = set, last7 = 1)
  same(set, day - c(5, -1))
  set <<- NULL
  session$setInputs(days = day - c(6, 0))
  clock <<- day + 2
  session$elapse(60000)
  same(set, NULL)
})
rm(updateDateRangeInput)

# The address may name the choices, and nothing else comes of it.
chosen <- function(query) {
  html <- as.character(controls_ui("c", shiny::parseQueryString(query)))
  c(regmatches(html, gregexpr("(?<=data-initial-date=\")[^\"]*", html, perl = TRUE))[[1]],
    regmatches(html, regexpr("(?<=value=\")[^\"]*(?=\" selected)", html, perl = TRUE)))
}
usual <- c(format(utc_today() - 29), format(utc_today()), "ALL")
same(chosen(""), usual)
same(chosen("from=2025-12-01&to=2025-12-31&login=guest"), c("2025-12-01", "2025-12-31", "guest"))
same(chosen("to=2025-12-31"), c("2025-12-02", "2025-12-31", "ALL"))
same(chosen("from=2025-13-99&to=%3Cb%3E&login=%22%3E%3Cb%3E"), usual)

# The server's words become something to do, and stay in the log.
meaning <- function(words, link = FALSE) suppressMessages(failure(simpleError(words), "test", link))$kind
same(meaning("ERROR:  canceling statement due to statement timeout"), "slow")
same(meaning("ERROR:  permission denied for table clickstream_events"), "rights")
same(meaning("ERROR:  relation \"x\" does not exist"), "schema")
same(meaning("ERROR:  function metrics.totals(timestamp) does not exist"), "schema")
same(meaning("FATAL:  password authentication failed for user \"x\"", TRUE), "password")
same(meaning("FATAL:  database \"x\" does not exist", TRUE), "database")
same(meaning("FATAL:  role \"x\" does not exist", TRUE), "refused")
same(meaning("could not translate host name \"x\" to address", TRUE), "host")
same(meaning("server does not support SSL, but SSL was required", TRUE), "tls")
same(meaning("Connection refused", TRUE), "link")
same(meaning("division by zero"), "other")

cat("units:", cases, "cases,", failed, "failed\n")
quit(status = min(failed, 1))
