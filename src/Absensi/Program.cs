using Absensi;
using Absensi.Commands;

return await CommandLine.RunAsync(args);
