// A server that costs next to nothing: answers each line that has an id with a small fixed result.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char HEAD[] = "{\"jsonrpc\":\"2.0\",\"id\":";
static const char TAIL[] = ",\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"ok\"}]}}\n";
enum { LINE_HEAD = 4096 };

static char input[1 << 20];
static char *output;
static size_t filled, room;

static void append(const char *bytes, size_t length) {
  if (filled + length > room) {
    room = 2 * (filled + length);
    output = realloc(output, room);
    if (output == NULL) _exit(1);
  }
  memcpy(output + filled, bytes, length);
  filled += length;
}

static void answer(const char *line, size_t length) {
  const char *end = line + length;
  for (const char *at = line; at + 5 < end && at < line + LINE_HEAD; at++) {
    if (memcmp(at, "\"id\":", 5) != 0) continue;
    const char *id = at + 5;
    size_t digits = 0;
    while (id + digits < end && id[digits] != ',' && id[digits] != '}') digits++;
    append(HEAD, sizeof HEAD - 1);
    append(id, digits);
    append(TAIL, sizeof TAIL - 1);
    return;
  }
}

int main(void) {
  size_t held = 0;
  for (;;) {
    ssize_t got = read(STDIN_FILENO, input + held, sizeof input - held);
    if (got <= 0) return 0;
    char *line = input, *from = input + held, *end = from + got, *lf;
    while ((lf = memchr(from, '\n', end - from)) != NULL) {
      answer(line, lf - line);
      line = from = lf + 1;
    }
    held = end - line;
    memmove(input, line, held);
    // Of a line longer than the buffer only the head is kept: the id stands there.
    if (held == sizeof input) held = LINE_HEAD;
    for (size_t sent = 0; sent < filled;) {
      ssize_t wrote = write(STDOUT_FILENO, output + sent, filled - sent);
      if (wrote <= 0) return 0;
      sent += wrote;
    }
    filled = 0;
  }
}
