/*
 * What a terminal costs at the least: `pty-reader read PROGRAM ARGUMENTS` runs a program in a pseudo-terminal, reads all it
 * prints and says how many bytes; `pty-reader echo COUNT` types a key that often and says, in microseconds, a line each,
 * when it came back.
 */
#include <errno.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char buffer[65536];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

int main(int count, char **words) {
  if (count < 3) return 2;
  int master;
  pid_t child = forkpty(&master, NULL, NULL, NULL);
  if (child < 0) return 1;
  int reads = strcmp(words[1], "read") == 0;
  if (child == 0) {
    if (reads) execvp(words[2], words + 2);
    else execlp("sleep", "sleep", "60", NULL);
    _exit(127);
  }
  if (!reads) {
    usleep(100000);
    for (int key = atoi(words[2]); key > 0; key--) {
      double typed = now();
      if (write(master, "k", 1) != 1 || read(master, buffer, sizeof buffer) < 1) return 1;
      printf("%.0f\n", now() - typed);
      usleep(5000);
    }
    return 0;
  }
  long long total = 0;
  for (;;) {
    ssize_t got = read(master, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    total += got;
  }
  printf("%lld\n", total);
  return 0;
}
