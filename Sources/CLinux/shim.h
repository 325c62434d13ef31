#ifndef MALAPOSTA_CLINUX_SHIM_H
#define MALAPOSTA_CLINUX_SHIM_H

#include <sys/eventfd.h>

// What Swift does not see of the kernel's calls: some are in headers that it leaves out, others declared for _GNU_SOURCE alone.

extern int sync_file_range(int descriptor, long offset, long count, unsigned int flags);

/// Has the kernel begin to write a file's octets to the disk (sync_file_range(2), SYNC_FILE_RANGE_WRITE). Waits for nothing,
/// and promises nothing: an fsync afterwards does.
static inline int malaposta_begin_writing(int descriptor) { return sync_file_range(descriptor, 0, 0, 2); }

/// syncfs(2).
extern int syncfs(int descriptor);

/// eventfd(2) that waits for nothing and is not handed on to programs that are started.
static inline int malaposta_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/// malloc_trim(3).
extern int malloc_trim(unsigned long pad);

/// Gives the memory back to the system that was freed and is still held for later.
static inline void malaposta_give_memory_back(void) { malloc_trim(0); }

#endif
