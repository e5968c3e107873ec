/* The empty files that a VM keeps its firmware's and its own state in. */
#include "stand-in.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#ifdef _WIN32
#include <io.h>
#include <sys/stat.h>
#else
#include <unistd.h>
#define O_BINARY 0
#endif

static int create_new(PCWSTR16 path) {
#ifdef _WIN32
    return _wopen((const wchar_t *)path, _O_CREAT | _O_EXCL | _O_WRONLY | O_BINARY, _S_IREAD | _S_IWRITE);
#else
    char *name = utf8_of(path);
    int file = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    free(name);
    return file;
#endif
}

/* `mark` is what the first bytes say; what follows is HCS's own. */
static HRESULT create_empty(const char *function, PCWSTR16 path, const char *mark) {
    if (path == NULL) return HR_INVALIDARG;
    pthread_mutex_lock(&lock);
    HRESULT result = synchronous_fault(function);
    pthread_mutex_unlock(&lock);
    if (result != HR_OK) return result;
    int file = create_new(path);
    if (file < 0) return errno == EEXIST ? HR_FILE_EXISTS : errno == ENOENT ? HR_PATH_NOT_FOUND : HR_ACCESS_DENIED;
    bool written = write(file, mark, 8) == 8;
    close(file);
    return written ? HR_OK : HR_ACCESS_DENIED;
}

EXPORT HRESULT HcsCreateEmptyGuestStateFile(PCWSTR16 path) {
    return create_empty("HcsCreateEmptyGuestStateFile", path, "GUESTRTS");
}

EXPORT HRESULT HcsCreateEmptyRuntimeStateFile(PCWSTR16 path) {
    return create_empty("HcsCreateEmptyRuntimeStateFile", path, "RUNTIMES");
}
