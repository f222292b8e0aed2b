# Ends what its parent left behind. Reads lines from stdin: "+<pid>" watch, "-<pid>" forget,
# "d<folder>" remove that folder at the end. End of input means the parent is gone, however it died.
# In sh, because it lives as long as the stack does and costs 1 MB where another Node would cost 40.
trap '' INT TERM HUP
pids=' '
folders=
while IFS= read -r line; do
  case $line in
    +*) pids="$pids${line#+} " ;;
    -*)
      rest=' '
      for pid in $pids; do [ "$pid" = "${line#-}" ] || rest="$rest$pid "; done
      pids=$rest
      ;;
    d*) folders="$folders${line#d}
" ;;
  esac
done

# INT is a fast shutdown for Postgres and an ordinary end for everything else.
for pid in $pids; do kill -INT "$pid" 2>/dev/null; done
round=0
while [ $round -lt 50 ]; do
  alive=
  for pid in $pids; do kill -0 "$pid" 2>/dev/null && alive=yes; done
  [ -z "$alive" ] && break
  sleep 0.1
  round=$((round + 1))
done
for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
printf '%s' "$folders" | while IFS= read -r folder; do rm -rf -- "$folder"; done
