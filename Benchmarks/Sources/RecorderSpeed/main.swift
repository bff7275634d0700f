import CAffinity
import Foundation
import Glibc
import Synchronization
import TraceCore
import TraceFormat
import TraceRecorder
import TraceStore

// Figures of the recorder.
//
// usage: RecorderSpeed hot THREADS ROUNDS          ns per event of the recording threads
//        RecorderSpeed steady PER-SECOND SECONDS FILE [RING-MIB]
//        RecorderSpeed overflow POLICY THREADS EVENTS FILE
//        RecorderSpeed drain EVENTS FILE           ns per event of the drain; FILE - for no file

/// Takes events and keeps none: what is left is the recorder.
struct Nowhere: RecordingSink {
    /// How many it has taken, for producers that wait until the ring is empty.
    let taken = Taken()

    mutating func record(_ header: EventHeader, _ values: Span<Int64>) {
        taken.events.store(Int(header.sequence), ordering: .relaxed)
    }
    mutating func intern(_ text: String) -> Int64 { 1 }
    mutating func addLoss(_ loss: LossRecord) {}
    mutating func addNotes(_ more: [TextPair]) {}
    mutating func flush() {}
    mutating func endRecording() throws(StoreError) {}
}

final class Taken: Sendable {
    let events = Atomic<Int>(0)
}

func now(_ clock: clockid_t) -> Int {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
}

/// Runs a body in so many threads at once, each bound to a CPU, and waits for them.
func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let done = DispatchSemaphore(value: 0)
    for number in 0..<count {
        Thread {
            affinity_bind(Int32(number % 2))
            body(number)
            done.signal()
        }.start()
    }
    for _ in 0..<count { done.wait() }
}

/// Records events whose values come from a cheap generator, as the C loops do.
@inline(never)
func record(_ producer: borrowing Producer, _ count: Int, _ state: inout UInt64) -> Int {
    var kept = 0
    var x = state
    for _ in 0..<count {
        x = x &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let isKept = producer.record(
            .bufferAlloc, domain: Int16(truncatingIfNeeded: x >> 62),
            [Int64(truncatingIfNeeded: x >> 20), Int64(truncatingIfNeeded: x >> 50)])
        kept += isKept ? 1 : 0
    }
    state = x
    return kept
}

/// Bursts that fit the ring, with pauses in which the drain empties it; only the bursts are timed.
func hot(_ threads: Int, _ rounds: Int) throws {
    let burst = 24_000
    var configuration = RecorderConfiguration()
    configuration.ringBytes = 1 << 20
    let sink = Nowhere()
    let taken = sink.taken
    let recorded = Taken()
    let recorder = try Recorder(
        sink: sink, schema: StandardSchema.schema, configuration: configuration)
    inThreads(threads) { number in
        let producer = recorder.makeProducer(name: "loop \(number)")
        var state = UInt64(number + 1)
        var spent: [Int] = []
        for _ in 0..<rounds {
            // A pause as the C loops make it, and until the ring is empty.
            repeat {
                usleep(4_000)
            } while taken.events.load(ordering: .relaxed) < recorded.events.load(ordering: .relaxed)
            let begin = now(CLOCK_THREAD_CPUTIME_ID)
            _ = record(producer, burst, &state)
            spent.append(now(CLOCK_THREAD_CPUTIME_ID) - begin)
            recorded.events.add(burst, ordering: .relaxed)
        }
        spent.sort()
        let hundredths = spent[rounds / 2] * 100 / burst
        let mean = spent.reduce(0, +) / rounds / burst
        let highest = (spent.last ?? 0) / burst
        FileHandle.standardError.write(
            Data("mean \(mean), at most \(highest) ns\n".utf8))
        print(
            "swift ring \(threads) \(hundredths / 100).\(String(100 + hundredths % 100).dropFirst())"
        )
    }
    let totals = try recorder.finish()
    if totals.lostEvents > 0 { print("note: \(totals.lostEvents) events were lost: ring full") }
}

func describe(_ produced: Int, _ totals: RecorderTotals) {
    let sum = totals.storedEvents + totals.lostEvents
    print(
        "produced \(produced), stored \(totals.storedEvents), lost \(totals.lostEvents);",
        sum == UInt64(produced) ? "produced = stored + lost" : "DO NOT ADD UP",
        "; late \(totals.lateEvents), at most \(totals.longestDelayNs) ns")
}

func check(_ path: String, _ totals: RecorderTotals) throws {
    let report = try TraceVerifier.verify(SourceFile.open(path))
    print("file: \(report.completeness), \(report.events) events")
}

/// Records at a rate for a while; the producer on one CPU, the drain on the other.
func steady(_ rate: Int, _ seconds: Int, _ path: String, _ ringMiB: Int) throws {
    affinity_bind(1)
    var configuration = RecorderConfiguration()
    configuration.ringBytes = ringMiB << 20
    let recorder = try Recorder(to: path, overwrites: true, configuration: configuration)
    inThreads(1) { _ in
        let producer = recorder.makeProducer(name: "steady")
        var state: UInt64 = 1
        let begin = now(CLOCK_MONOTONIC)
        var done = 0
        while done < rate * seconds {
            let due = (now(CLOCK_MONOTONIC) - begin) / 1_000 * rate / 1_000_000
            let count = min(due, rate * seconds) - done
            _ = record(producer, max(count, 0), &state)
            done += max(count, 0)
        }
        print("wall \((now(CLOCK_MONOTONIC) - begin) / 1_000_000) ms for \(done) events")
    }
    let totals = try recorder.finish()
    // One more: the thread's name.
    describe(rate * seconds + 1, totals)
    try check(path, totals)
}

func overflow(_ policy: String, _ threads: Int, _ events: Int, _ path: String) throws {
    guard let whenFull = RecorderConfiguration.WhenFull(rawValue: policy) else {
        fatalError("no policy \(policy)")
    }
    var configuration = RecorderConfiguration()
    configuration.whenFull = whenFull
    configuration.ringBytes = 64 << 10
    let recorder = try Recorder(to: path, overwrites: true, configuration: configuration)
    inThreads(threads) { number in
        let producer = recorder.makeProducer(name: "flood \(number)")
        var state = UInt64(number + 1)
        let kept = record(producer, events, &state)
        print("thread \(number): \(kept) of \(events) had a place in the ring")
    }
    let totals = try recorder.finish()
    describe((events + 1) * threads, totals)
    try check(path, totals)
}

/// The drain alone on a CPU: what the process takes less what the recording thread takes.
func drain(_ events: Int, _ path: String) throws {
    var configuration = RecorderConfiguration()
    configuration.whenFull = .block
    affinity_bind(1)
    let begin = now(CLOCK_PROCESS_CPUTIME_ID)
    let wall = now(CLOCK_MONOTONIC)
    let recorder =
        path == "-"
        ? try Recorder(
            sink: Nowhere(), schema: StandardSchema.schema, configuration: configuration)
        : try Recorder(to: path, overwrites: true, configuration: configuration)
    nonisolated(unsafe) var own = 0
    inThreads(1) { _ in
        let start = now(CLOCK_THREAD_CPUTIME_ID)
        let producer = recorder.makeProducer(name: "source")
        var state: UInt64 = 1
        _ = record(producer, events, &state)
        unsafe own = now(CLOCK_THREAD_CPUTIME_ID) - start
    }
    let totals = try recorder.finish()
    let spent = unsafe now(CLOCK_PROCESS_CPUTIME_ID) - begin - own
    let elapsed = now(CLOCK_MONOTONIC) - wall
    print("drain \(spent / events) ns of CPU per event, \(elapsed / events) ns elapsed")
    describe(events + 1, totals)
}

let arguments = CommandLine.arguments.dropFirst().map { $0 }
func number(_ index: Int) -> Int { Int(arguments[index]) ?? 0 }
switch (arguments.first, arguments.count) {
case ("hot", 3): try hot(number(1), number(2))
case ("steady", 4): try steady(number(1), number(2), arguments[3], 4)
case ("steady", 5): try steady(number(1), number(2), arguments[3], number(4))
case ("overflow", 5): try overflow(arguments[1], number(2), number(3), arguments[4])
case ("drain", 3): try drain(number(1), arguments[2])
default: print("usage: see the top of the source"); exit(64)
}
