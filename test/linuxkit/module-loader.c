/* A guest's first program for a test: loads the modules of the groups that a QEMU guest loads, says how each went,
 * and powers off. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
    char group[64], path[256];
    FILE *list = fopen("/etc/lcow/modules", "r");
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("\n"); /* ends the line that the firmware began */
    while (list && fscanf(list, "%63s %255s", group, path) == 2) {
        if (!strcmp(group, "hyperv"))
            continue;
        int file = open(path, O_RDONLY | O_CLOEXEC);
        long result = syscall(SYS_finit_module, file, "", 0);
        printf("MODULE %s %s %s\n", group, path, result ? strerror(errno) : "ok");
        close(file);
    }
    printf("MODULES END\n");
    reboot(RB_POWER_OFF);
    return 0;
}
