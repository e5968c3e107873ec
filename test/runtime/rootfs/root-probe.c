/* What a root filesystem can do, one line each: "name ok", or "name ERRNO" as strerror has it. Run in a container, in a
 * folder of its own, as root. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

static void tell(const char *name, int good) {
  printf("%s %s\n", name, good ? "ok" : errno ? strerrorname_np(errno) : "wrong");
  errno = 0;
}

static int make(const char *path, const char *text) {
  int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0644);
  if (fd >= 0 && text) (void)!write(fd, text, strlen(text));
  return fd;
}

static int holds(const char *path, const char *text) {
  char buffer[64] = {0};
  int fd = open(path, O_RDONLY);
  if (fd < 0) return 0;
  ssize_t n = read(fd, buffer, sizeof buffer - 1);
  close(fd);
  return n == (ssize_t)strlen(text) && !strcmp(buffer, text);
}

int main(void) {
  struct stat st;
  int fd, other;
  char buffer[256];
  close(make("plain", "text"));
  tell("write", holds("plain", "text"));
  tell("chown", !chown("plain", 12345, 54321) && !stat("plain", &st) && st.st_uid == 12345 && st.st_gid == 54321);
  tell("chmod-setuid", !chmod("plain", 04755) && !stat("plain", &st) && (st.st_mode & 07777) == 04755);
  tell("symlink", !symlink("/no/such", "link") && readlink("link", buffer, sizeof buffer) == 8);
  tell("lchown", !lchown("link", 7, 8) && !lstat("link", &st) && st.st_uid == 7);
  tell("hard-link", !link("plain", "second") && !stat("second", &st) && st.st_nlink == 2);
  close(make("new", "new"));
  tell("rename-over", !rename("new", "second") && holds("second", "new") && holds("plain", "text"));
  tell("fifo", !mkfifo("fifo", 0600) && !stat("fifo", &st) && S_ISFIFO(st.st_mode));
  tell("char-device", !mknod("null", S_IFCHR | 0666, makedev(1, 3)) && !stat("null", &st) && st.st_rdev == makedev(1, 3));
  tell("open-device", (fd = open("null", O_RDWR)) >= 0 && write(fd, "x", 1) == 1);
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
  fd = socket(AF_UNIX, SOCK_STREAM, 0);
  other = socket(AF_UNIX, SOCK_STREAM, 0);
  tell("unix-socket", !bind(fd, (void *)&address, sizeof address) && !listen(fd, 1) &&
                          !connect(other, (void *)&address, sizeof address));
  tell("xattr-user", !setxattr("plain", "user.a", "b", 1, 0) && getxattr("plain", "user.a", buffer, 9) == 1);
  unsigned char capability[20] = {1, 0, 0, 2, 0, 0x20};
  tell("xattr-capability", !setxattr("plain", "security.capability", capability, sizeof capability, 0));
  tell("o-tmpfile", open(".", O_TMPFILE | O_RDWR, 0600) >= 0);
  fd = make("unlinked", "gone");
  unlink("unlinked");
  tell("unlinked-read", pread(fd, buffer, 4, 0) == 4 && !memcmp(buffer, "gone", 4));
  tell("unlinked-fstat", !fstat(fd, &st) && st.st_size == 4);
  tell("unlinked-truncate", !ftruncate(fd, 2));
  tell("unlinked-chmod", !fchmod(fd, 0600));
  fd = make("mapped", "aaaa");
  char *map = mmap(0, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map != MAP_FAILED) {
    memcpy(map, "bbbb", 4);
    tell("mmap-shared", !msync(map, 4, MS_SYNC) && holds("mapped", "bbbb"));
  } else tell("mmap-shared", 0);
  fd = open("mapped", O_RDWR);
  other = open("mapped", O_RDWR);
  tell("flock", !flock(fd, LOCK_EX) && flock(other, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK);
  errno = 0;
  struct flock lock = {.l_type = F_WRLCK};
  tell("fcntl-lock-beside-flock", !fcntl(fd, F_SETLK, &lock));
  flock(fd, LOCK_UN);
  tell("fcntl-lock", !fcntl(fd, F_SETLK, &lock));
  tell("fallocate", !fallocate(fd, 0, 0, 65536));
  tell("fsync", !fsync(fd) && !fdatasync(fd));
  fd = open("append", O_CREAT | O_WRONLY | O_APPEND, 0644);
  other = open("append", O_WRONLY | O_APPEND);
  tell("append", write(fd, "a", 1) == 1 && write(other, "b", 1) == 1 && write(fd, "c", 1) == 1 && holds("append", "abc"));
  fd = open("append", O_RDONLY | O_DIRECT);
  tell("o-direct", fd >= 0);
  mkdir("folder", 0755);
  close(make("folder/file", "x"));
  tell("rename-folder", !rename("folder", "moved") && holds("moved/file", "x"));
  tell("rmdir-full", rmdir("moved") && (errno == ENOTEMPTY || errno == EEXIST));
  errno = 0;
  tell("rename-exchange", !renameat2(AT_FDCWD, "plain", AT_FDCWD, "second", RENAME_EXCHANGE));
  struct timespec times[2] = {{1, 5}, {2, 7}};
  tell("utimens", !utimensat(AT_FDCWD, "plain", times, 0) && !stat("plain", &st) && st.st_mtim.tv_sec == 2);
  tell("utimens-nanoseconds", st.st_mtim.tv_nsec == 7);
  char name[256];
  memset(name, 'n', 255);
  name[255] = 0;
  tell("name-255", (fd = make(name, 0)) >= 0 && !unlink(name));
  tell("non-utf8-name", (fd = make("\xff\xfe", 0)) >= 0 && !access("\xff\xfe", F_OK));
  return 0;
}
