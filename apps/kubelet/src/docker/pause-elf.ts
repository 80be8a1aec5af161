/**
 * The sandbox's only process, as a static ELF program made here, byte by byte: no compiler and no registry needed.
 * It blocks SIGINT, SIGTERM and SIGCHLD, waits for them with rt_sigtimedwait, exits with 0 on the first two and
 * collects dead children on the third (it is process 1 when containers share the pod's process namespace).
 */
export function pauseProgram(arch: 'x64' | 'arm64'): Buffer {
  const code = Buffer.from(machineCode[arch].replaceAll(/\s/g, ''), 'hex');
  const base = 0x400000;
  const headerBytes = 64 + 56;
  const size = headerBytes + code.length;

  const elf = Buffer.alloc(headerBytes);
  elf.write('\x7fELF', 'latin1');
  elf.set([2, 1, 1], 4); // 64 bit, little endian, version 1
  elf.writeUInt16LE(2, 16); // executable
  elf.writeUInt16LE(arch === 'x64' ? 62 : 183, 18);
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(BigInt(base + headerBytes), 24); // entry
  elf.writeBigUInt64LE(64n, 32); // the program header follows this header
  elf.writeUInt16LE(64, 52);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56); // one program header: load everything, read and execute
  elf.writeUInt32LE(1, 64);
  elf.writeUInt32LE(5, 68);
  elf.writeBigUInt64LE(BigInt(base), 80);
  elf.writeBigUInt64LE(BigInt(base), 88);
  elf.writeBigUInt64LE(BigInt(size), 96);
  elf.writeBigUInt64LE(BigInt(size), 104);
  elf.writeBigUInt64LE(0x10000n, 112);
  return Buffer.concat([elf, code]);
}

/** Per architecture: sigprocmask(BLOCK, set); loop: sigtimedwait(set) -> INT, TERM: exit(0); else wait4(-1, WNOHANG). */
const machineCode = {
  x64: `
    b80e00000031ff488d355200000031d241ba080000000f05
    b880000000488d3d3c00000031f631d241ba080000000f05 83f8027421 83f80f741c
    b83d000000bfffffffff31f6ba010000004531d20f05 85c07fe6 ebc2
    b83c00000031ff0f05 90
    0240010000000000`,
  arm64: `
    e81080d2 000080d2 41030010 020080d2 030180d2 010000d4
    281180d2 a0020010 010080d2 020080d2 030180d2 010000d4 1f080071 80010054 1f3c0071 40010054
    882080d2 00008092 010080d2 220080d2 030080d2 010000d4 1f000071 2cffff54 eeffff17
    a80b80d2 000080d2 010000d4
    0240010000000000`,
} as const;
