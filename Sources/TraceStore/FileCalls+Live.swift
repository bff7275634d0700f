import Glibc

// What files that are still being written need of the system: locks, waiting, folders.
extension FileCalls {
    /// Locks a file for its one writer, until the descriptor is closed.
    ///
    /// - Returns: False where another holds the lock. A file system without locks has no other.
    static func lock(_ descriptor: Int32) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) < 0 {
            let number = errno
            if number == EINTR { continue }
            return number != EWOULDBLOCK
        }
        return true
    }

    /// Whether somebody else holds the lock of a file.
    static func isLockedElsewhere(_ descriptor: Int32) -> Bool {
        while flock(descriptor, LOCK_SH | LOCK_NB) < 0 {
            let number = errno
            if number == EINTR { continue }
            return number == EWOULDBLOCK
        }
        _ = flock(descriptor, LOCK_UN)
        return false
    }

    /// Whether a path names the very file that is open.
    static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
        var open = Glibc.stat()
        var named = Glibc.stat()
        guard unsafe fstat(descriptor, &open) == 0, unsafe lstat(path, &named) == 0 else {
            return false
        }
        return open.st_dev == named.st_dev && open.st_ino == named.st_ino
    }

    /// Waits until reading would not wait, for at most so many milliseconds.
    ///
    /// - Returns: Whether there is something to read, or an end to see; an interruption is none.
    static func waitForBytes(_ descriptor: Int32, milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) > 0
    }

    /// Makes reads end with `EAGAIN` where they would wait.
    static func neverWait(_ descriptor: Int32) -> Bool {
        let flags = fcntl(descriptor, F_GETFL)
        return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) >= 0
    }

    /// The names in a folder, in no order; empty where it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let stream = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            // The name ends with a zero within the entry, which lives until the next call.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
                unsafe start.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            names.append(name)
        }
        return names
    }
}
