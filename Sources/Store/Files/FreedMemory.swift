internal import CLinux

/// What has been freed, and the allocator still holds for each thread that used it.
package enum FreedMemory {
    /// Gives it back to the system (malloc_trim(3)): after a large piece of work that many threads take turns at, as each of them
    /// would keep the most that it ever needed. Takes some milliseconds.
    package static func giveBack() { malaposta_give_memory_back() }
}
