// Loaded before the program: a message from the test becomes a rejection that nobody handles.
process.on('message', (words) => {
  Promise.reject(new RangeError(String(words)));
});
// The channel alone must not keep the program alive.
process.channel?.unref();
