// Bounded pressure on contiguous memory, for Scripts/host-check.sh. Linux, root not needed.
//
//   pressure fill FILE MEGABYTES          page cache in single pages, in an order that is not theirs
//   pressure records SECONDS MEGABYTES    socket pairs that hold records of 16 KiB, with churn
//   pressure blocks SECONDS MEGABYTES     memory in huge pages, taken and given back
//   pressure read SECONDS FILE MEGABYTES  reads the file page by page, so that reclaim has work
//   pressure flood SECONDS FILE MEGABYTES the same without a rest, and a second file on another CPU
//
// A record of 16 KiB asks the kernel for four pages in a row without reclaim, as kernel TLS does.
// Everything ends with code 9 when MemAvailable falls below GUARD_MB megabytes (6144).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { page = 4096, record = 16384, huge = 2 << 20 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void rest(long microseconds)
{
    struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
    nanosleep(&time, NULL);
}

// Ends the process before the machine runs short.
static void guard(void)
{
    const char *text = getenv("GUARD_MB");
    long limit = text ? atol(text) : 6144, kilobytes = -1;
    char line[128];
    FILE *file = fopen("/proc/meminfo", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "MemAvailable: %ld", &kilobytes) == 1) break;
    if (file) fclose(file);
    if (kilobytes >= 0 && kilobytes < limit * 1024) {
        fprintf(stderr, "pressure: MemAvailable is %ld kB, that is the limit\n", kilobytes);
        exit(9);
    }
}

// Numbers in no order that anybody could guess.
static uint64_t draw(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    uint64_t value = *state;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

static int open_file(const char *path, long megabytes)
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, megabytes << 20) != 0) {
        perror(path);
        exit(1);
    }
    posix_fadvise(file, 0, 0, POSIX_FADV_RANDOM);
    return file;
}

static int fill(const char *path, long megabytes)
{
    int file = open_file(path, megabytes);
    char bytes[page];
    long pages = megabytes << 8;
    for (long number = 0; number < pages; number++) {
        if (number % 8192 == 0) guard();
        if (pread(file, bytes, page, number * page) < 0) return 1;
    }
    // Half of them again, twice: what is old is no longer what lies side by side.
    for (int round = 0; round < 2; round++) {
        uint64_t state = 1;
        for (long number = 0; number < pages; number++)
            if (draw(&state) & 1 && pread(file, bytes, 64, number * page) < 0) return 1;
    }
    return 0;
}

static int records(double length, long megabytes)
{
    static char bytes[record];
    double end = seconds() + length;
    long pairs = megabytes / 4 + 1, held = 0, churned = 0;
    int(*ends)[2] = calloc((size_t)pairs, sizeof *ends);
    for (long pair = 0; pair < pairs; pair++) {
        int room = 16 << 20;
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends[pair]) != 0) return perror("socketpair"), 1;
        setsockopt(ends[pair][0], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    }
    while (held < megabytes * 64 && seconds() < end) {
        if (held % 1024 == 0) guard();
        if (send(ends[held % pairs][0], bytes, record, MSG_DONTWAIT) != record) break;
        held++;
    }
    uint64_t state = 2;
    while (seconds() < end) {
        for (int burst = 0; burst < 64; burst++) {
            int *pair = ends[draw(&state) % (uint64_t)pairs];
            if (recv(pair[1], bytes, record, MSG_DONTWAIT) <= 0) continue;
            if (send(pair[0], bytes, record, MSG_DONTWAIT) > 0) churned++;
        }
        guard();
        rest(10000);
    }
    printf("records: held %ld, churned %ld\n", held, churned);
    return 0;
}

static int blocks(double length, long megabytes)
{
    double end = seconds() + length;
    long touched = 0;
    while (seconds() < end) {
        size_t bytes = (size_t)megabytes << 20;
        char *memory = mmap(NULL, bytes + huge, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return perror("mmap"), 1;
        char *first = (char *)(((uintptr_t)memory + huge - 1) & ~(uintptr_t)(huge - 1));
        madvise(first, bytes, MADV_HUGEPAGE);
        for (size_t offset = 0; offset < bytes && seconds() < end; offset += huge) {
            if (touched % 32 == 0) guard();
            first[offset] = 1;
            touched++;
            rest(2000);
        }
        munmap(memory, bytes + huge);
    }
    printf("blocks: touched %ld\n", touched);
    return 0;
}

static int read_pages(double length, const char *path, long megabytes, int rests)
{
    int file = open_file(path, megabytes);
    char bytes[page];
    double end = seconds() + length;
    // Begins in the last quarter, which nobody has read yet.
    long pages = megabytes << 8, number = pages / 1024 * 768, first = number;
    while (number % 256 != 0 || seconds() < end) {
        if (number % 4096 == 0) guard();
        if (pread(file, bytes, page, number % pages * page) < 0) return 1;
        if (++number % 256 == 0 && rests) rest(8000);
    }
    printf("read: %ld pages\n", number - first);
    return 0;
}

static int flood(double length, const char *path, long megabytes)
{
    char other[4096];
    snprintf(other, sizeof other, "%s.other", path);
    pid_t child = fork();
    if (child < 0) return perror("fork"), 1;
    int status = read_pages(length, child ? path : other, megabytes, 0), childs = 0;
    if (!child) exit(status);
    waitpid(child, &childs, 0);
    unlink(other);
    return status ? status : WEXITSTATUS(childs);
}

int main(int count, char **arguments)
{
    const char *mode = count > 1 ? arguments[1] : "";
    prctl(PR_SET_NAME, "hc-pressure");
    if (count == 4 && !strcmp(mode, "fill")) return fill(arguments[2], atol(arguments[3]));
    if (count == 4 && !strcmp(mode, "records"))
        return records(atof(arguments[2]), atol(arguments[3]));
    if (count == 4 && !strcmp(mode, "blocks"))
        return blocks(atof(arguments[2]), atol(arguments[3]));
    if (count == 5 && !strcmp(mode, "read"))
        return read_pages(atof(arguments[2]), arguments[3], atol(arguments[4]), 1);
    if (count == 5 && !strcmp(mode, "flood"))
        return flood(atof(arguments[2]), arguments[3], atol(arguments[4]));
    fprintf(stderr, "usage: see the top of pressure.c\n");
    return 64;
}
