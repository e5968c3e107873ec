/*
 * A guest for tests of hcs/ alone: PID 1 that loads the image's modules, answers the preamble of
 * docs/protocol.md section 2 on its serial port, or on a vsock connection that it dials where the machine has no
 * virtio-serial device (again for each connection) and powers off when the
 * firmware's power button is pressed. It is no agent: after the preamble it echoes what it reads.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <linux/input.h>
#include <linux/vm_sockets.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PORT_NAME "lcow.19523"
#define PORT 19523

static int uses_vsock;

static void pause_ms(int ms) {
  struct timespec wait = {0, ms * 1000000L};
  nanosleep(&wait, 0);
}

static int ends_with(const char *text, const char *end) {
  size_t a = strlen(text), b = strlen(end);
  return a >= b && strcmp(text + a - b, end) == 0;
}

/* The groups that this guest uses; a line is "<group> <path>". */
static int wanted(const char *group, const char *path) {
  return strcmp(group, "base") == 0 || (uses_vsock && strcmp(group, "vsock") == 0) || strcmp(group, "scsi") == 0 ||
         ends_with(path, "/button.ko") || ends_with(path, "/evdev.ko");
}

static void load_modules(void) {
  char group[32], path[256];
  FILE *list = fopen("/etc/lcow/modules", "r");
  if (!list) return;
  while (fscanf(list, "%31s %255s", group, path) == 2) {
    if (!wanted(group, path)) continue;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    syscall(SYS_finit_module, fd, "", 0);
    close(fd);
  }
  fclose(list);
}

static int has_serial_controller(void) {
  DIR *devices = opendir("/sys/bus/pci/devices");
  struct dirent *entry;
  int found = 0;
  while (devices && !found && (entry = readdir(devices))) {
    char path[512];
    unsigned vendor = 0, device = 0;
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/modalias", entry->d_name);
    FILE *file = fopen(path, "r");
    if (!file) continue;
    if (fscanf(file, "pci:v%8xd%8x", &vendor, &device) == 2)
      found = vendor == 0x1af4 && (device == 0x1003 || device == 0x1043);
    fclose(file);
  }
  if (devices) closedir(devices);
  return found;
}

static int dial(void) {
  struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST, .svm_port = PORT};
  int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  if (fd >= 0) close(fd);
  return -1;
}

/* /dev/vportXpY of the port with our name, or -1. */
static int open_port(void) {
  DIR *ports = opendir("/sys/class/virtio-ports");
  struct dirent *entry;
  int found = -1;
  while (ports && found < 0 && (entry = readdir(ports))) {
    char path[512], name[64] = "";
    snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name", entry->d_name);
    FILE *file = fopen(path, "r");
    if (!file) continue;
    if (fscanf(file, "%63s", name) == 1 && strcmp(name, PORT_NAME) == 0) {
      snprintf(path, sizeof path, "/dev/%s", entry->d_name);
      found = open(path, O_RDWR | O_CLOEXEC);
    }
    fclose(file);
  }
  if (ports) closedir(ports);
  return found;
}

static void write_all(int fd, const unsigned char *bytes, size_t count) {
  while (count > 0) {
    ssize_t done = write(fd, bytes, count);
    if (done <= 0) return;
    bytes += done;
    count -= done;
  }
}

static unsigned char hello[64];
static size_t have;
static int greeted;

static void begin(void) {
  have = 0;
  greeted = 0;
}

/* Writes are gathered: a byte each would be a packet each. */
static unsigned char echoed[8192];
static size_t echoes;

static void flush(int fd) {
  write_all(fd, echoed, echoes);
  echoes = 0;
}

static void echo(int fd, const unsigned char *bytes, size_t count) {
  if (echoes + count > sizeof echoed) flush(fd);
  memcpy(echoed + echoes, bytes, count);
  echoes += count;
}

/* One byte of the stream: seeks a host's hello; after it, echoes. */
static void take(int fd, unsigned char byte) {
  static const char magic[] = "lcowHOST";
  if (have < 8 && byte != (unsigned char)magic[have]) {
    if (greeted) {
      echo(fd, hello, have);
      echo(fd, &byte, 1);
      have = 0;
      return;
    }
    have = byte == (unsigned char)magic[0];
    if (have) hello[0] = byte;
    return;
  }
  hello[have++] = byte;
  if (have < sizeof hello) return;
  have = 0;
  greeted = 1;
  unsigned char answer[64] = "lcowGUES";
  answer[8] = 1;
  memcpy(answer + 16, hello + 16, 16);
  echo(fd, answer, sizeof answer);
}

static int open_power_button(void) {
  for (int number = 0; number < 8; number++) {
    char path[64];
    unsigned char keys[KEY_MAX / 8 + 1] = {0};
    snprintf(path, sizeof path, "/dev/input/event%d", number);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    if (ioctl(fd, EVIOCGBIT(EV_KEY, sizeof keys), keys) >= 0 && (keys[KEY_POWER / 8] >> (KEY_POWER % 8)) & 1)
      return fd;
    close(fd);
  }
  return -1;
}

int main(void) {
  mkdir("/proc", 0755);
  mkdir("/sys", 0755);
  mkdir("/dev", 0755);
  mount("proc", "/proc", "proc", 0, 0);
  mount("sysfs", "/sys", "sysfs", 0, 0);
  mount("devtmpfs", "/dev", "devtmpfs", 0, 0);
  uses_vsock = !has_serial_controller();
  load_modules();
  puts("test guest: up");
  struct pollfd watched[2] = {{.fd = -1, .events = POLLIN}, {.fd = -1, .events = POLLIN}};
  for (;;) {
    if (watched[0].fd < 0) watched[0].fd = uses_vsock ? dial() : open_port();
    if (watched[1].fd < 0) watched[1].fd = open_power_button();
    poll(watched, 2, 50);
    if (watched[1].revents & POLLIN) {
      struct input_event event;
      if (read(watched[1].fd, &event, sizeof event) == sizeof event && event.type == EV_KEY &&
          event.code == KEY_POWER && event.value == 1) {
        sync();
        reboot(RB_POWER_OFF);
      }
    }
    if (watched[0].revents & POLLIN) {
      unsigned char bytes[4096];
      ssize_t count = read(watched[0].fd, bytes, sizeof bytes);
      if (uses_vsock && count <= 0) {
        close(watched[0].fd);
        watched[0].fd = -1;
        begin();
        continue;
      }
      for (ssize_t at = 0; at < count; at++) take(watched[0].fd, bytes[at]);
      flush(watched[0].fd);
    }
    /* Without a host the port reports POLLHUP at once. */
    if (watched[0].revents & POLLHUP) pause_ms(20);
  }
}
