// The client of the benchmarks, in C so that it costs next to nothing itself.
//
//   drive STEP… -- COMMAND ARG…      starts the command and prints one line of JSON per step
//
//   call:N:TOOL       N calls, one after the other        list:N            N times tools/list
//   reply:N:BYTES     N results of that many bytes        request:N:BYTES   N calls of that many bytes
//   burst:N:TOOL      N calls, written while their replies are read
//   memory            the command's memory by /proc       wait              for a line on stdin
//
// The first line is the start: from fork to the reply to `initialize`. drive.mjs does the same.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALL "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\",\"arguments\":"
#define INITIALIZE                                                                   \
  "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{"             \
  "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"                          \
  "\"clientInfo\":{\"name\":\"drive\",\"version\":\"1\"}}}\n"
#define INITIALIZED "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n"
#define LOG_LINE "2026-11-22T10:00:00Z INFO  service api of cluster orders is in a steady state\\n"
enum { LINE_HEAD = 4096, SMALL = 512, END_SECONDS = 20 };
// policy-wrap refuses more than 50,000 requests in flight.
enum { IN_FLIGHT = 40000 };

static int to_child, from_child;
static pid_t child;
static long last_id;

// What came back in this step.
static struct {
  long lines, denied, limited, errors;
  size_t bytes;
} seen;

static void die(const char *what) {
  perror(what);
  if (child > 0) kill(child, SIGKILL);
  exit(1);
}

static double microseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static void launch(char **command) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) die("pipe");
  child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  to_child = in[1];
  from_child = out[0];
}

static void write_all(const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t wrote = write(to_child, bytes, length);
    if (wrote <= 0) die("write to the command");
    bytes += wrote;
    length -= wrote;
  }
}

static int has(const char *line, size_t length, const char *text) {
  return memmem(line, length < LINE_HEAD ? length : LINE_HEAD, text, strlen(text)) != NULL;
}

static void count(const char *line, size_t length) {
  seen.lines++;
  if (has(line, length, "\"error\":")) seen.errors++;
  if (!has(line, length, "\"isError\":true")) return;
  seen.denied++;
  if (has(line, length, "\"rate_limit\"")) seen.limited++;
}

static void read_some(void) {
  static char buffer[1 << 20];
  static size_t held;
  ssize_t got = read(from_child, buffer + held, sizeof buffer - held);
  if (got <= 0) die("read: the command has ended");
  seen.bytes += got;
  char *line = buffer, *from = buffer + held, *end = from + got, *lf;
  while ((lf = memchr(from, '\n', end - from)) != NULL) {
    count(line, lf - line);
    line = from = lf + 1;
  }
  held = end - line;
  memmove(buffer, line, held);
  // Of a line longer than the buffer only the head is kept.
  if (held == sizeof buffer) held = LINE_HEAD;
}

static void read_replies(long wanted) {
  while (seen.lines < wanted) read_some();
}

static size_t call(char *to, const char *tool) {
  long id = ++last_id;
  return sprintf(to, CALL "{\"cluster\":\"orders\",\"service\":\"api\",\"desired_count\":%ld}}}\n", id, tool, id);
}

// The next request of a step `kind`; `of` is its tool or its number of bytes.
static size_t request(char *to, const char *kind, const char *of) {
  if (strcmp(kind, "call") == 0) return call(to, of);
  long id = ++last_id;
  if (strcmp(kind, "list") == 0)
    return sprintf(to, "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"tools/list\"}\n", id);
  if (strcmp(kind, "reply") == 0) return sprintf(to, CALL "{\"bytes\":%s}}}\n", id, "big", of);
  size_t length = sprintf(to, CALL "{\"text\":\"", id, "big_request"), unit = strlen(LOG_LINE);
  for (long lines = atol(of) / unit; lines > 0; lines--, length += unit) memcpy(to + length, LOG_LINE, unit);
  return length + sprintf(to + length, "\"}}}\n");
}

static void print_step(const char *step, const char *figures) {
  printf("{\"step\":\"%s\",\"replies\":%ld,\"bytes\":%zu,\"denied\":%ld,\"limited\":%ld,\"errors\":%ld%s}\n", step,
         seen.lines, seen.bytes, seen.denied, seen.limited, seen.errors, figures);
  fflush(stdout);
  memset(&seen, 0, sizeof seen);
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void one_by_one(const char *step, const char *kind, long n, const char *of) {
  char *text = malloc(SMALL + (strcmp(kind, "request") == 0 ? atol(of) : 0));
  double *took = malloc(n * sizeof *took), began = microseconds();
  for (long i = 0; i < n; i++) {
    size_t length = request(text, kind, of);
    double sent = microseconds();
    write_all(text, length);
    read_replies(i + 1);
    took[i] = microseconds() - sent;
  }
  double first = took[0], ended = microseconds();
  qsort(took, n, sizeof *took, ascending);
  char figures[SMALL];
  snprintf(figures, sizeof figures, ",\"first\":%.1f,\"min\":%.1f,\"p50\":%.2f,\"p99\":%.2f,\"max\":%.1f,\"began\":%.0f,\"ended\":%.0f",
           first, took[0], took[n / 2], took[n * 99 / 100], took[n - 1], began, ended);
  print_step(step, figures);
  free(took);
  free(text);
}

static void burst(const char *step, long n, const char *tool) {
  char *text = malloc(n * SMALL);
  size_t *ends = malloc((n + 1) * sizeof *ends), sent = 0;
  ends[0] = 0;
  for (long i = 0; i < n; i++) ends[i + 1] = ends[i] + call(text + ends[i], tool);
  fcntl(to_child, F_SETFL, O_NONBLOCK);
  double began = microseconds();
  while (seen.lines < n) {
    size_t upto = ends[seen.lines + IN_FLIGHT < n ? seen.lines + IN_FLIGHT : n];
    struct pollfd ready[2] = {{from_child, POLLIN, 0}, {sent < upto ? to_child : -1, POLLOUT, 0}};
    poll(ready, 2, -1);
    if (ready[1].revents) {
      ssize_t wrote = write(to_child, text + sent, upto - sent);
      if (wrote > 0) sent += wrote;
    }
    if (ready[0].revents) read_some();
  }
  double took = microseconds() - began;
  fcntl(to_child, F_SETFL, 0);
  free(ends);
  free(text);
  char figures[SMALL];
  snprintf(figures, sizeof figures, ",\"rate\":%.0f", n / took * 1e6);
  print_step(step, figures);
}

static void memory(const char *step) {
  char path[64], line[256], figures[SMALL];
  long now = 0, peak = 0;
  snprintf(path, sizeof path, "/proc/%d/status", child);
  FILE *status = fopen(path, "r");
  while (status != NULL && fgets(line, sizeof line, status) != NULL) {
    sscanf(line, "VmRSS: %ld", &now);
    sscanf(line, "VmHWM: %ld", &peak);
  }
  if (status != NULL) fclose(status);
  snprintf(figures, sizeof figures, ",\"rss\":%.1f,\"peak\":%.1f", now / 1024.0, peak / 1024.0);
  print_step(step, figures);
}

static void run(const char *step) {
  char kind[16] = "", of[64] = "";
  long n = 0;
  sscanf(step, "%15[a-z]:%ld:%63s", kind, &n, of);
  if (strcmp(step, "memory") == 0) memory(step);
  else if (strcmp(step, "wait") == 0) while (getchar() != '\n' && !feof(stdin)) {}
  else if (strcmp(kind, "burst") == 0 && n > 0) burst(step, n, of);
  else if (n > 0) one_by_one(step, kind, n, of);
  else die(step);
}

static void give_up(int signal) {
  (void)signal;
  kill(child, SIGKILL);
  _exit(1);
}

// A command that does not end with its input is a failure of the run.
static void finish(void) {
  signal(SIGALRM, give_up);
  alarm(END_SECONDS);
  close(to_child);
  waitpid(child, NULL, 0);
}

int main(int count, char **words) {
  int dashes = 1;
  while (dashes < count && strcmp(words[dashes], "--") != 0) dashes++;
  if (dashes + 1 >= count) return 2;
  signal(SIGPIPE, SIG_IGN);
  double began = microseconds();
  launch(words + dashes + 1);
  write_all(INITIALIZE, strlen(INITIALIZE));
  read_replies(1);
  char figures[SMALL];
  snprintf(figures, sizeof figures, ",\"ms\":%.2f", (microseconds() - began) / 1e3);
  print_step("start", figures);
  write_all(INITIALIZED, strlen(INITIALIZED));
  for (int i = 1; i < dashes; i++) run(words[i]);
  finish();
  return 0;
}
