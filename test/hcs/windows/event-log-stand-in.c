/* The Event Log's writing half of advapi32.dll, as event-log.test.ts looks into it: it keeps the last event. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

static char source_name[64];
static uint16_t last_text[40000];
static uint32_t last_type, last_id, events;
static int sources;
static int refusing;

static void narrow(const uint16_t *text, char *to, size_t size) {
  size_t at = 0;
  while (text[at] != 0 && at + 1 < size) {
    to[at] = (char)text[at];
    at += 1;
  }
  to[at] = 0;
}

/* 1: ReportEventW fails; 2: RegisterEventSourceW does. */
EXPORT void StandInRefuse(int what) { refusing = what; }
EXPORT uint32_t StandInEvents(void) { return events; }
EXPORT uint32_t StandInType(void) { return last_type; }
EXPORT uint32_t StandInId(void) { return last_id; }
EXPORT const uint16_t *StandInText(void) { return last_text; }
EXPORT const char *StandInSource(void) { return source_name; }
EXPORT int StandInSources(void) { return sources; }

EXPORT void *RegisterEventSourceW(const uint16_t *server, const uint16_t *source) {
  if (refusing == 2 || server != NULL || source == NULL) return NULL;
  narrow(source, source_name, sizeof source_name);
  sources += 1;
  return &sources;
}

EXPORT int ReportEventW(void *log, uint16_t type, uint16_t category, uint32_t id, void *user,
                        uint16_t count, uint32_t bytes, const uint16_t **strings, void *data) {
  if (refusing == 1 || log != &sources || category != 0 || user != NULL || data != NULL) return 0;
  if (count != 1 || bytes != 0 || strings == NULL || strings[0] == NULL) return 0;
  size_t length = 0;
  while (strings[0][length] != 0) length += 1;
  /* As ReportEventW's documentation says of each string. */
  if (length > 31839) return 0;
  memcpy(last_text, strings[0], (length + 1) * sizeof(uint16_t));
  last_type = type;
  last_id = id;
  events += 1;
  return 1;
}

EXPORT int DeregisterEventSource(void *log) {
  if (log != &sources) return 0;
  sources -= 1;
  return 1;
}
