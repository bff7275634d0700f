/// What a helper thread does from the moment it runs until it sleeps again, step by step.
///
/// A step changes the engine's state at the present instant and says how long it took; between two
/// steps other events change the same state. What takes no time and never sleeps hangs the run.
protocol ThreadProgram: Sendable {
    /// Carries out the next step of the thread of a domain.
    mutating func step(_ engine: inout Engine, domain: Int) -> ThreadStep

    /// A number that changes with what the program keeps from one step to the next.
    var digest: UInt64 { get }
}

extension ThreadProgram {
    /// That of a program which keeps nothing.
    var digest: UInt64 { 0 }
}

/// What follows a step of a helper thread.
enum ThreadStep {
    /// The step took this long on the CPU; the next one follows.
    case ran(ns: Int64)
    /// The thread calls vm_wait on its domain; the next step follows when that returns.
    case waitForMemory
    /// The thread calls vm_wait on its domain; when that returns the round is over.
    case waitThenSleep
    /// The thread spins until a contiguous block appears; the next step follows then.
    case spin
    /// The round is over: the thread goes to sleep.
    case sleep
}

/// Stands in where a policy has no thread, and for a program that is at work; never run.
struct NoProgram: ThreadProgram {
    mutating func step(_ engine: inout Engine, domain: Int) -> ThreadStep { .sleep }
}
